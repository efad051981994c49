-- Takes in a session that runs on a host and that the ledger does not seat: row, seat, the person's desktop and the use of the pool in one step. What the ledger
-- believed instead, if the decision gave it up, is lost in the same step. In a personal pool the host becomes the person's if they have none.
-- With: numbers, uses, ends, events.
-- KEYS: 1 counter, 2 board of the host, 3 its seats, 4 the person's desktops, 5 the session, 6 the one given up, 7 its host's seats (6 and 7 repeat 5 and 3 when
--       there is none), 8 account, 9 use of the pool, 10 hosts that carried the person last, 11 its assignments, 12 events, 13 shares of the pool.
-- ARGV: 1 doorbell, 2 link that reported it, 3 session id, 4 person, 5 user, 6 pool, 7 host, 8 phase, 9 fence that the host was told of, 10 '1' = the host knows it by
--       this id, 11 boot id, 12 since in ms, 13 id of the session given up ('' = none), 14 its revision, 15 memory of a final session in ms, 16 tenant,
--       17 seats of the host, 18 '1' = a personal pool, 19 cause, 20 how far a fence may be ahead of the store's clock, in µs, 21 directory/tenant: the account becomes theirs if it is nobody's, for so long as a final session is remembered (a sign-in makes it last),
--       22 how long the store keeps anything of the person, in ms ('' = for good: an account of their own is theirs alone).
-- Result: 'adopted' | 'changed' (another stream speaks for the host, or the ledger has moved on) | 'full' | 'account' (the account is another tenant's) |
--         'implausible' (no broker can have given that fence).
local sid, person, user, pool, host, given_up, tenant = ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[13], ARGV[16]
if redis.call('HGET', KEYS[2], 'link') ~= ARGV[2] then return 'changed' end
if redis.call('EXISTS', KEYS[5]) == 1 then return 'changed' end
local holder = redis.call('HGET', KEYS[3], user)
-- A seat without its session is this one's own: the row was lost alone.
if holder and holder ~= sid then return 'changed' end
local desktop = redis.call('HGET', KEYS[4], pool) or ''
if desktop ~= given_up and desktop ~= sid then return 'changed' end
if given_up ~= '' and redis.call('HGET', KEYS[6], 'revision') ~= ARGV[14] then return 'changed' end
if not holder and redis.call('HLEN', KEYS[3]) >= tonumber(ARGV[17]) then return 'full' end
local owner = redis.call('GET', KEYS[8])
if owner and string.find(owner, '/', 1, true) and string.match(owner, '/(.*)$') ~= tenant then return 'account' end

local told = tonumber(ARGV[9])
if not is_believable(KEYS[1], told, ARGV[20]) then return 'implausible' end
-- Known by this id, its ticket was accepted with that fence; under a fresh one no ticket was given yet, and the host confirmed an older one.
local fence = told
if ARGV[10] == '1' then keep_up(KEYS[1], told) else fence = next_number(KEYS[1], told) end

local uses = { use = KEYS[9], shares = KEYS[13] }
if given_up ~= '' then
  finish_session('lost', { row = KEYS[6], seats = KEYS[7], desktops = KEYS[4], uses = uses, id = given_up, user = user, pool = pool, memory = ARGV[15] })
  announce(KEYS[12], ARGV[1], 'session-lost', 'session', given_up, 'person', person, 'pool', pool, 'cause', ARGV[19])
end
redis.call('HSET', KEYS[5], 'id', sid, 'person', person, 'user', user, 'pool', pool, 'host', host, 'phase', ARGV[8], 'phase_since', now, 'station', '',
  'serial', 0, 'fence', digits(fence), 'redeemed', ARGV[9], 'refused', 0, 'lease', 0,
  'boot', ARGV[11], 'revision', next_revision(), 'since', ARGV[12])
if not owner and ARGV[22] == '' then redis.call('SET', KEYS[8], ARGV[21], 'PX', ARGV[15]) end
redis.call('HSET', KEYS[3], user, sid)
use_pool(uses, sid, tenant)
redis.call('HSET', KEYS[4], pool, sid)
redis.call('HSET', KEYS[10], pool, host)
if ARGV[22] ~= '' then redis.call('PEXPIRE', KEYS[10], ARGV[22]) end
if ARGV[18] == '1' then redis.call('HSETNX', KEYS[11], person, host) end
announce(KEYS[12], ARGV[1], 'session-adopted', 'session', sid, 'person', person, 'pool', pool, 'host', host,
  'fence', digits(fence), 'cause', ARGV[19])
return 'adopted'

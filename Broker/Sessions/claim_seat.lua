-- Takes a seat for a new session on the first ranked host that has one, under a lease, and issues its ticket. The session whose host has gone, if the
-- decision gave one up, is closed in the same step; a place in the pool's queue is given up; in a personal pool the host becomes the person's for good.
-- With: numbers, uses, ends, drains, events.
-- KEYS: 1 counter, 2 sign-in, 3 the person's desktops, 4 new session, 5 ticket, 6 events, 7 session given up, 8 its host's seats
--       (7 and 8 repeat 4 when there is none), 9 the newest sign-in that held each of the person's desktops, 10 drains, 11 use of the pool,
--       12 its queue, 13 who waits in it, 14 hosts that carried the person last, 15 its assignments, 16 refreshes of rights, 17 shares of the pool, 18… seats of the ranked hosts.
-- ARGV: 1 doorbell, 2 session id, 3 person, 4 user, 5 pool, 6 station, 7 sign-in number, 8 lease in ms, 9 ticket life in ms,
--       10 ticket memory in ms, 11 id of the session given up ('' = none), 12 its revision, 13 memory of a final session in ms,
--       14 tenant, 15 the most seats of the pool that it may hold ('' = no bound), 16 '1' = it is their turn: nobody who waits comes before them,
--       17 'personal', 'fixed' or 'shared' pool, 18 cause of the giving up, 19 what was assigned to the person when this was decided ('' = nothing),
--       20 '1' = the sign-in was not read again: its rights must not have been refreshed since, 21 how long the store keeps anything of the person, in ms ('' = for good);
--       then for each ranked host: id, its boot id, seats that the ledger may hold there,
--       '1' = a forgotten session of the person's own runs there: it is theirs, drain or not.
-- Result: { 'claimed', host, fence } | { 'signed-out' } | { 'superseded' } | { 'changed' } | { 'stale' } (their assignment or rights were changed since) | { 'full' } | { 'wait' } (others wait already) | { 'share' } (the tenant holds all it may).
local sid, person, user, pool, given_up, tenant = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[11], ARGV[14]
if redis.call('HGET', KEYS[2], 'serial') ~= ARGV[7] or redis.call('HEXISTS', KEYS[2], 'closed') == 1 then return { 'signed-out' } end
if tonumber(redis.call('HGET', KEYS[9], pool) or 0) > tonumber(ARGV[7]) then return { 'superseded' } end
if (redis.call('HGET', KEYS[3], pool) or '') ~= given_up then return { 'changed' } end
if given_up ~= '' and redis.call('HGET', KEYS[7], 'revision') ~= ARGV[12] then return { 'changed' } end
local assigned = ARGV[17] ~= 'shared' and redis.call('HGET', KEYS[15], person) or ''
if assigned ~= ARGV[19] then return { 'stale' } end
if ARGV[20] == '1' then
  local rights = tonumber(redis.call('HGET', KEYS[2], 'rights') or 0)
  for _, whose in ipairs({ '*', person }) do
    if tonumber(redis.call('HGET', KEYS[16], whose) or 0) >= rights then return { 'stale' } end
  end
end
if ARGV[16] ~= '1' and redis.call('ZCARD', KEYS[12]) > 0 then return { 'wait' } end
local uses = { use = KEYS[11], shares = KEYS[17] }
if given_up == '' and ARGV[15] ~= '' then
  settle_shares(uses)
  if tonumber(redis.call('HGET', uses.shares, tenant) or 0) >= tonumber(ARGV[15]) then return { 'share' } end
end

local function drains(id)
  local row = redis.call('HGET', KEYS[10], id)
  if not row then return false end
  local from, ends = drain_of(row)
  return from <= now and not (ends and ends <= now)
end

-- In a personal pool: may the person have a place of their own there? Every seat has one owner at most, whoever sits there now.
local own = ARGV[17] == 'personal' and assigned or nil
local owners
local function theirs(id, seats)
  if not own or own == id then return true end
  if own ~= '' then return false end
  if not owners then
    owners = {}
    for _, owned in ipairs(redis.call('HVALS', KEYS[15])) do owners[owned] = (owners[owned] or 0) + 1 end
  end
  return (owners[id] or 0) < seats
end

local host, seats, boot
for i = 18, #KEYS do
  local at = 22 + (i - 18) * 4
  local holder = redis.call('HGET', KEYS[i], user)
  local held = redis.call('HLEN', KEYS[i])
  if holder and holder == given_up then
    holder = false
    held = held - 1
  end
  if not holder and held < tonumber(ARGV[at + 2]) and (ARGV[at + 3] == '1' or not drains(ARGV[at])) and theirs(ARGV[at], tonumber(ARGV[at + 2])) then
    host, boot, seats = ARGV[at], ARGV[at + 1], KEYS[i]
    break
  end
end
if not host then return { 'full' } end

local fence = next_number(KEYS[1])
if given_up ~= '' then
  finish_session('lost', { row = KEYS[7], seats = KEYS[8], desktops = KEYS[3], uses = uses, id = given_up, user = user, pool = pool, memory = ARGV[13] })
  announce(KEYS[6], ARGV[1], 'session-lost', 'session', given_up, 'person', person, 'pool', pool, 'cause', ARGV[18])
end
redis.call('HSET', KEYS[4], 'id', sid, 'person', person, 'user', user, 'pool', pool, 'host', host, 'phase', 'opening', 'phase_since', now, 'station', ARGV[6],
  'serial', ARGV[7], 'fence', fence, 'redeemed', 0, 'refused', 0, 'lease', now + ARGV[8], 'boot', boot, 'revision', next_revision(), 'since', now)
redis.call('HSET', seats, user, sid)
use_pool(uses, sid, tenant)
redis.call('HSET', KEYS[3], pool, sid)
redis.call('HSET', KEYS[9], pool, ARGV[7])
redis.call('ZREM', KEYS[12], person)
redis.call('HDEL', KEYS[13], person)
redis.call('HSET', KEYS[14], pool, host)
if ARGV[21] ~= '' then
  redis.call('PEXPIRE', KEYS[9], ARGV[21])
  redis.call('PEXPIRE', KEYS[14], ARGV[21])
end
if own == '' then redis.call('HSET', KEYS[15], person, host) end
local told = redis.call('HMGET', KEYS[2], 'printers', 'look')
redis.call('HSET', KEYS[5], 'user', user, 'host', host, 'session', sid, 'fence', fence, 'expires', now + ARGV[9],
  'printers', told[1] or '', 'look', told[2] or '')
redis.call('PEXPIRE', KEYS[5], ARGV[10])
announce(KEYS[6], ARGV[1], 'session-opened', 'session', sid, 'person', person, 'pool', pool, 'host', host,
  'station', ARGV[6], 'fence', fence)
return { 'claimed', host, fence }

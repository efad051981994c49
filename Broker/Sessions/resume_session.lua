-- Gives a running session to the station of a newer or the same sign-in, with a higher fence and a fresh ticket; the older ticket dies by its fence.
-- With: numbers, events.
-- KEYS: 1 counter, 2 sign-in, 3 the person's desktops, 4 session, 5 ticket, 6 events,
--       7 the newest sign-in that held each of the person's desktops.
-- ARGV: 1 doorbell, 2 session id, 3 pool, 4 station, 5 sign-in number, 6 lease in ms, 7 ticket life in ms, 8 ticket memory in ms, 9 person.
-- Result: { 'claimed', host, fence } | { 'signed-out' } | { 'changed' } | { 'superseded' }.
local sid = ARGV[2]
if redis.call('HGET', KEYS[2], 'serial') ~= ARGV[5] or redis.call('HEXISTS', KEYS[2], 'closed') == 1 then return { 'signed-out' } end
if redis.call('HGET', KEYS[3], ARGV[3]) ~= sid then return { 'changed' } end
local s = redis.call('HMGET', KEYS[4], 'phase', 'serial', 'host', 'user', 'station', 'person', 'revision')
if s[1] ~= 'opening' and s[1] ~= 'active' and s[1] ~= 'disconnected' then return { 'changed' } end
if s[6] ~= ARGV[9] then return { 'changed' } end
if tonumber(s[2]) > tonumber(ARGV[5]) or tonumber(redis.call('HGET', KEYS[7], ARGV[3]) or 0) > tonumber(ARGV[5]) then return { 'superseded' } end

local fence = next_number(KEYS[1])
redis.call('HSET', KEYS[4], 'phase', 'opening', 'phase_since', now, 'station', ARGV[4], 'serial', ARGV[5], 'fence', fence, 'lease', now + ARGV[6], 'revision', next_revision(s[7]))
redis.call('HSET', KEYS[7], ARGV[3], ARGV[5])
local told = redis.call('HMGET', KEYS[2], 'printers', 'look')
redis.call('HSET', KEYS[5], 'user', s[4], 'host', s[3], 'session', sid, 'fence', fence, 'expires', now + ARGV[7],
  'printers', told[1] or '', 'look', told[2] or '')
redis.call('PEXPIRE', KEYS[5], ARGV[8])
local kind = s[5] == ARGV[4] and 'session-reopened' or 'session-moved'
announce(KEYS[6], ARGV[1], kind, 'session', sid, 'person', s[6], 'pool', ARGV[3], 'host', s[3],
  'station', ARGV[4], 'from', s[5], 'fence', fence)
return { 'claimed', s[3], fence }

-- Brings one session to what its host saw. Nothing happens when the session has changed since the decision: the next report decides anew. Only steps of its life are made.
-- A final phase frees the seat: its tenant's use of the pool goes down, and the moment is kept for those who wait.
-- KEYS: 1 session, 2 seats of its host, 3 the person's desktops, 4 events, 5 use of its pool, 6 when its seats came free.
-- ARGV: 1 doorbell, 2 session id, 3 revision decided on, 4 phase, 5 cause, 6 '1' = the phase is final, 7 memory of a final session in ms, 8 phases that may become it.
-- A phase that stays (only its lease has been settled) is no event.
-- Result: 1 corrected, 0 changed meanwhile, or no step of a session's life.
if redis.call('HGET', KEYS[1], 'revision') ~= ARGV[3] then return 0 end
local s = redis.call('HMGET', KEYS[1], 'user', 'pool', 'host', 'station', 'person', 'phase')
if not string.find(ARGV[8], s[6], 1, true) then return 0 end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('HSET', KEYS[1], 'phase', ARGV[4], 'lease', 0)
redis.call('HINCRBY', KEYS[1], 'revision', 1)
if ARGV[6] == '1' then
  redis.call('HSET', KEYS[1], 'before', s[6])
  redis.call('PEXPIRE', KEYS[1], ARGV[7])
  if redis.call('HGET', KEYS[2], s[1]) == ARGV[2] then
    redis.call('HDEL', KEYS[2], s[1])
    local tenant = string.match(s[5], '^[^/]*')
    if redis.call('HINCRBY', KEYS[5], tenant, -1) <= 0 then redis.call('HDEL', KEYS[5], tenant) end
    redis.call('LPUSH', KEYS[6], string.format('%.0f', now))
    redis.call('LTRIM', KEYS[6], 0, 63)
  end
  if redis.call('HGET', KEYS[3], s[2]) == ARGV[2] then redis.call('HDEL', KEYS[3], s[2]) end
end
if s[6] == ARGV[4] then return 1 end
redis.call('HSET', KEYS[1], 'phase_since', now)
local kind = 'session-' .. ARGV[4]
redis.call('XADD', KEYS[4], 'MAXLEN', '~', 100000, '*', 'kind', kind, 'session', ARGV[2], 'person', s[5], 'pool', s[2], 'host', s[3], 'station', s[4],
  'before', s[6], 'cause', ARGV[5])
redis.call('PUBLISH', ARGV[1], kind)
return 1

-- Keeps what the person at a desktop is told: it ends at an instant, not before the time of warning has passed. Or takes it back. Nothing happens when the session has
-- changed since the decision: the next report decides anew.
-- With: numbers, events.
-- KEYS: 1 session, 2 events.
-- ARGV: 1 doorbell, 2 session id, 3 revision decided on, 4 limit ('' = what was told is taken back), 5 natural end in ms, 6 time of warning in ms, 7 phases that may be told.
-- Result: when it ends, in ms; 1 = taken back; 0 = changed meanwhile.
local s = redis.call('HMGET', KEYS[1], 'revision', 'phase', 'person', 'host', 'station', 'warned', 'pool')
if s[1] ~= ARGV[3] or not string.find(ARGV[7], s[2], 1, true) then return '0' end
local kind, limit, ends
if ARGV[4] == '' then
  kind, limit, ends = 'session-spared', s[6] or '', '1'
  redis.call('HDEL', KEYS[1], 'warned', 'ends')
else
  kind, limit, ends = 'session-warned', ARGV[4], digits(math.max(tonumber(ARGV[5]), now + ARGV[6]))
  redis.call('HSET', KEYS[1], 'warned', limit, 'ends', ends)
end
redis.call('HSET', KEYS[1], 'revision', next_revision(s[1]))
announce(KEYS[2], ARGV[1], kind, 'session', ARGV[2], 'person', s[3], 'pool', s[7], 'host', s[4], 'station', s[5], 'cause', limit, 'ends', ends)
return ends

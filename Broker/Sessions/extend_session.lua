-- Gives the person at a desktop more time: what they were told is taken back, and its limit does not hold for a while.
-- With: numbers, events.
-- KEYS: 1 session, 2 events.
-- ARGV: 1 doorbell, 2 session id, 3 revision decided on, 4 limit, 5 until when it does not hold, in ms, 6 every limit that does not hold: limit=ms limit=ms …,
--       7 phases that may be told.
-- Result: 1 extended, 0 changed meanwhile.
local s = redis.call('HMGET', KEYS[1], 'revision', 'person', 'host', 'station', 'warned', 'pool', 'phase')
if s[1] ~= ARGV[3] or s[5] ~= ARGV[4] or not string.find(ARGV[7], s[7], 1, true) then return 0 end
redis.call('HSET', KEYS[1], 'spared', ARGV[6], 'revision', next_revision(s[1]))
redis.call('HINCRBY', KEYS[1], 'extensions', 1)
redis.call('HDEL', KEYS[1], 'warned', 'ends')
announce(KEYS[2], ARGV[1], 'session-extended', 'session', ARGV[2], 'person', s[2], 'pool', s[6], 'host', s[3], 'station', s[4],
  'cause', ARGV[4], 'until', ARGV[5])
return 1

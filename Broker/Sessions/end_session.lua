-- Orders a session to end because a limit is over. Who was to be warned is ended only when what they were told has come.
-- With: numbers, events.
-- KEYS: 1 session, 2 events.
-- ARGV: 1 doorbell, 2 session id, 3 revision decided on, 4 limit, 5 '1' = its person was told, 6 phases that may be ended so.
-- What its person was told stays, so that nobody hears that it holds no more.
-- Result: 1 its end is ordered, 0 changed meanwhile, or too early.
local s = redis.call('HMGET', KEYS[1], 'revision', 'phase', 'person', 'host', 'station', 'warned', 'ends', 'user', 'pool')
if s[1] ~= ARGV[3] or not string.find(ARGV[6], s[2], 1, true) then return 0 end
if ARGV[5] == '1' and (s[6] ~= ARGV[4] or now < tonumber(s[7])) then return 0 end
redis.call('HSET', KEYS[1], 'phase', 'ending', 'phase_since', now, 'lease', 0, 'ended_by', ARGV[4], 'revision', next_revision(s[1]))
announce(KEYS[2], ARGV[1], 'session-ending', 'session', ARGV[2], 'person', s[3], 'user', s[8], 'pool', s[9], 'host', s[4],
  'station', s[5], 'cause', 'limit-' .. ARGV[4])
return 1

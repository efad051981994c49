-- Decides what becomes of a station's name, in place of what was decided before.
-- KEYS: 1 standings, 2 events.
-- ARGV: 1 doorbell, 2 station, 3 the row (JSON), 4 'station-revoked' or 'station-admitted', 5 who, 6 why.
-- Result: the row before ('' = none).
local before = redis.call('HGET', KEYS[1], ARGV[2]) or ''
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 100000, '*', 'kind', ARGV[4], 'station', ARGV[2], 'by', ARGV[5], 'why', ARGV[6])
redis.call('PUBLISH', ARGV[1], ARGV[4])
return before

-- Decides what becomes of a station's name, in place of what was decided before, where that is still what it was decided on.
-- With: events.
-- KEYS: 1 standings, 2 events.
-- ARGV: 1 doorbell, 2 station, 3 the row (JSON), 4 kind of the event, 5 who, 6 why, 7 the row before ('' = none).
-- Result: { 1, the row before } | { 0, the row that is there } = it was changed meanwhile, nothing is done.
local before = redis.call('HGET', KEYS[1], ARGV[2]) or ''
if before ~= ARGV[7] then return { 0, before } end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
announce(KEYS[2], ARGV[1], ARGV[4], 'station', ARGV[2], 'by', ARGV[5], 'why', ARGV[6])
return { 1, before }

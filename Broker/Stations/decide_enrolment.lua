-- Decides a station's wish to be admitted: accepted, its name admits this one certificate from now on, in the same step; or refused.
-- With: events.
-- KEYS: 1 wishes, 2 undecided codes by when they end, 3 those of the station's address, 4 standings, 5 events, 6 decided codes by when they end.
-- ARGV: 1 doorbell, 2 code, 3 its row before, 4 its row now, 5 how long that is kept, ms, 6 'station-admitted' | 'station-turned-away', 7 digest of the station's key, 8 who, 9 why,
--       10 name of the station ('' = refused), 11 the name's standing before (JSON; '' = none), 12 its standing now.
-- Result: 'done' | 'changed' = the wish is gone, or was decided meanwhile | 'taken' = the name's standing was changed meanwhile.
if redis.call('HGET', KEYS[1], ARGV[2]) ~= ARGV[3] then return 'changed' end
if ARGV[10] ~= '' then
  if (redis.call('HGET', KEYS[4], ARGV[10]) or '') ~= ARGV[11] then return 'taken' end
  redis.call('HSET', KEYS[4], ARGV[10], ARGV[12])
end
local t = redis.call('TIME')
redis.call('HSET', KEYS[1], ARGV[2], ARGV[4])
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[6], t[1] * 1000 + math.floor(t[2] / 1000) + ARGV[5], ARGV[2])
redis.call('ZREM', KEYS[3], ARGV[2])
announce(KEYS[5], ARGV[1], ARGV[6], 'station', ARGV[10], 'key', ARGV[7], 'by', ARGV[8], 'why', ARGV[9])
return 'done'

-- The time of the server that holds the farm: the same clock as in every script.
-- KEYS: 1 any key of the farm.  ARGV: none.
-- Result: ms since 1970.
local t = redis.call('TIME')
return t[1] * 1000 + math.floor(t[2] / 1000)

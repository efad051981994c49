-- Gives a sign-in the rights that the directory gives now. A sign-in that has gone is not brought back.
-- KEYS: 1 sign-in.
-- ARGV: 1 pools, 2 how long ago the directory was asked, in ms.
-- Result: 1, or 0 when there is no such sign-in.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local t = redis.call('TIME')
redis.call('HSET', KEYS[1], 'pools', ARGV[1], 'rights', string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000) - ARGV[2]))
return 1

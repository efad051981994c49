-- Notes that a host's stream was cut, unless another one speaks for it already.
-- KEYS: 1 board.  ARGV: 1 link.
-- Result: 1 noted, 0 another stream speaks.
if redis.call('HGET', KEYS[1], 'link') ~= ARGV[1] then return 0 end
local t = redis.call('TIME')
redis.call('HSET', KEYS[1], 'detached', t[1] * 1000 + math.floor(t[2] / 1000))
return 1

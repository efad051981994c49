-- The time of the server that holds the farm, the same clock as in every script, and for how long the store has been filled: who looks first notes it.
-- KEYS: 1 when the store began.  ARGV: none.
-- Result: { ms since 1970, age of the store in ms }.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local began = redis.call('GET', KEYS[1])
if not began then
  began = now
  redis.call('SET', KEYS[1], string.format('%.0f', now))
end
return { now, math.max(0, now - began) }

-- Notes that a machine is being woken. Whoever else wakes it meanwhile takes part in the same wake: its clock goes on.
-- KEYS: 1 the wake, 2 how long earlier ones took.
-- ARGV: 1 when it is forgotten, in ms from now.
-- Result: { ms since it was woken first, ms of the newest earlier wake, … }.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('SET', KEYS[1], string.format('%.0f', now), 'NX')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
local result = { now - tonumber(redis.call('GET', KEYS[1])) }
for _, ms in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do result[#result + 1] = tonumber(ms) end
return result

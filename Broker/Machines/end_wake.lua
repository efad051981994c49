-- Notes that a machine that was being woken answers: how long it took is kept, once.
-- With: events.
-- KEYS: 1 the wake, 2 how long earlier ones took, 3 events.
-- ARGV: 1 doorbell, 2 machine, 3 how many are kept.
-- Result: ms that it took; -1 when it was noted already.
local since = redis.call('GET', KEYS[1])
if not since then return -1 end
local t = redis.call('TIME')
local took = t[1] * 1000 + math.floor(t[2] / 1000) - tonumber(since)
redis.call('DEL', KEYS[1])
redis.call('LPUSH', KEYS[2], string.format('%.0f', took))
redis.call('LTRIM', KEYS[2], 0, ARGV[3] - 1)
announce(KEYS[3], ARGV[1], 'machine-woken', 'host', ARGV[2], 'took', took)
return took

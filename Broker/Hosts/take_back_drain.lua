-- Takes the drain of a host back, planned or under way: it takes people again, and who was told of an end by it hears that it holds no more.
-- With: events.
-- KEYS: 1 drains, 2 events.
-- ARGV: 1 doorbell, 2 host, 3 who.
-- Result: the row (nil = there was none), whatever it says.
local row = redis.call('HGET', KEYS[1], ARGV[2])
if not row then return false end
redis.call('HDEL', KEYS[1], ARGV[2])
announce(KEYS[2], ARGV[1], 'host-drain-taken-back', 'host', ARGV[2], 'by', ARGV[3])
return row

-- Gives up a place in a pool's queue, unless a newer sign-in of the person waits in it.
-- With: events.
-- KEYS: 1 queue, 2 who waits in it, 3 events.
-- ARGV: 1 doorbell, 2 pool, 3 person, 4 sign-in number, 5 cause.
-- Result: 1 given up, 0 there was none of this sign-in.
local row = redis.call('HGET', KEYS[2], ARGV[3])
if not row then return 0 end
local station, serial = string.match(row, '^[^|]*|([^|]*)|(%d+)|')
-- One that nobody can read is nobody's newer sign-in.
local number = tonumber(serial) or 0
if number < 2 ^ 53 and number > tonumber(ARGV[4]) then return 0 end
redis.call('ZREM', KEYS[1], ARGV[3])
redis.call('HDEL', KEYS[2], ARGV[3])
announce(KEYS[3], ARGV[1], 'queue-left', 'person', ARGV[3], 'pool', ARGV[2], 'station', station or '', 'cause', ARGV[5])
return 1

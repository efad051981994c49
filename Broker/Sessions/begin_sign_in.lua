-- Keeps a fresh sign-in and numbers it: of two sign-ins of one person the greater number holds the desktops.
-- KEYS: 1 counter, 2 sign-in, 3 events.
-- ARGV: 1 doorbell, 2 life in ms, 3 person, 4 station, then field, value, field, value …
-- Result: the number.
local serial = redis.call('INCR', KEYS[1])
redis.call('HSET', KEYS[2], 'serial', serial, 'person', ARGV[3], 'station', ARGV[4], unpack(ARGV, 5))
redis.call('PEXPIRE', KEYS[2], ARGV[2])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', 100000, '*', 'kind', 'signed-in', 'person', ARGV[3], 'station', ARGV[4], 'serial', serial)
redis.call('PUBLISH', ARGV[1], 'signed-in')
return serial

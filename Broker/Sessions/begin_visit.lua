-- Keeps a fresh sign-in without a name and numbers it. One visit at a time at a station: the one before it is closed here, and what it holds is the caller's to end.
-- With: numbers, events.
-- KEYS: 1 counter, 2 sign-in, 3 events, 4 the last visit at the station, 5 the sign-in that it is thought to name (repeats 2 when none).
-- ARGV: 1 doorbell, 2 life in ms without a call, 3 person, 4 station, 5 digest of the sign-in, 6 longest life in ms, 7 digest that the last visit is thought to name
--       ('' = none), 8 life of a closed sign-in in ms, then field, value, field, value …
-- Result: the number, or 0 when the last visit is another one by now.
if (redis.call('HGET', KEYS[4], 'sign-in') or '') ~= ARGV[7] then return 0 end
if ARGV[7] ~= '' and redis.call('EXISTS', KEYS[5]) == 1 then
  redis.call('HSET', KEYS[5], 'closed', 1)
  redis.call('PEXPIRE', KEYS[5], ARGV[8])
end
local serial = next_number(KEYS[1])
redis.call('HSET', KEYS[2], 'serial', serial, 'person', ARGV[3], 'station', ARGV[4], 'until', now + ARGV[6], 'rights', string.format('%.0f', now), 'limited', 0, unpack(ARGV, 9))
redis.call('PEXPIRE', KEYS[2], ARGV[2])
redis.call('HSET', KEYS[4], 'person', ARGV[3], 'sign-in', ARGV[5])
redis.call('PEXPIRE', KEYS[4], ARGV[6])
announce(KEYS[3], ARGV[1], 'visit-begun', 'person', ARGV[3], 'station', ARGV[4], 'serial', serial)
return serial

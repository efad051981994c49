-- Records what runs on a host without a seat and is not taken in, once for as long as it is so.
-- With: events.
-- KEYS: 1 board of the host, 2 events.
-- ARGV: 1 doorbell, 2 link that reported it, 3 host, 4 what was noted before, 5 what is noted now, then for each new one: kind, user, session id ('' = none), cause.
-- Result: 1 noted, 0 another stream speaks for the host, or somebody else noted.
if redis.call('HGET', KEYS[1], 'link') ~= ARGV[2] or (redis.call('HGET', KEYS[1], 'noted') or '') ~= ARGV[4] then return 0 end
redis.call('HSET', KEYS[1], 'noted', ARGV[5])
for i = 6, #ARGV, 4 do
  announce(KEYS[2], ARGV[1], ARGV[i], 'user', ARGV[i + 1], 'session', ARGV[i + 2], 'host', ARGV[3], 'cause', ARGV[i + 3])
end
return 1

-- Notes anew which sessions of the last report hold no seat: a repair has freed seats since.
-- With: strays.
-- KEYS: 1 board, 2 seats of the host.
-- ARGV: 1 link that reported, 2 accounts of the sessions that run there (a line each, after a tab the tenant that the agent knows).
-- Result: 1 noted, 0 another stream speaks for the host.
if redis.call('HGET', KEYS[1], 'link') ~= ARGV[1] then return 0 end
count_shown(KEYS[1], redis.call('HGETALL', KEYS[2]), ARGV[2])
return 1

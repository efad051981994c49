-- Takes away a person's desktop whose session is no more, is over, or is another person's: it would stand in the way of every new one.
-- With: uses, events.
-- KEYS: 1 the person's desktops, 2 session, 3 events, 4 use of the pool, 5 its shares.
-- ARGV: 1 doorbell, 2 person, 3 pool, 4 session id, 5 cause.
-- Result: 1 taken away, 0 there is such a session of theirs, or another is the person's.
local s = redis.call('HMGET', KEYS[2], 'phase', 'person', 'pool')
local over = not s[1] or s[1] == 'ended' or s[1] == 'lost' or s[1] == 'expired'
if not over and s[2] == ARGV[2] and s[3] == ARGV[3] then return 0 end
if redis.call('HGET', KEYS[1], ARGV[3]) ~= ARGV[4] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[3])
if over then leave_pool({ use = KEYS[4], shares = KEYS[5] }, ARGV[4]) end
announce(KEYS[3], ARGV[1], 'session-repaired', 'session', ARGV[4], 'person', ARGV[2], 'pool', ARGV[3], 'cause', ARGV[5])
return 1

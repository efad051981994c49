-- Puts back the seat of a session that runs and that the ledger has, and its place among the person's desktops.
-- With: numbers, uses, events.
-- KEYS: 1 session, 2 seats of its host, 3 the person's desktops, 4 use of its pool, 5 events, 6 shares of the pool.
-- ARGV: 1 doorbell, 2 session id, 3 revision decided on, 4 tenant, 5 cause.
-- Result: 1 put back, 0 changed meanwhile.
local s = redis.call('HMGET', KEYS[1], 'revision', 'user', 'pool', 'host', 'person')
if s[1] ~= ARGV[3] or redis.call('HEXISTS', KEYS[2], s[2]) == 1 then return 0 end
local desktop = redis.call('HGET', KEYS[3], s[3])
if desktop and desktop ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[2], s[2], ARGV[2])
redis.call('HSET', KEYS[3], s[3], ARGV[2])
use_pool({ use = KEYS[4], shares = KEYS[6] }, ARGV[2], ARGV[4])
redis.call('HSET', KEYS[1], 'revision', next_revision(s[1]))
announce(KEYS[5], ARGV[1], 'session-repaired', 'session', ARGV[2], 'person', s[5], 'pool', s[3], 'host', s[4], 'cause', ARGV[5])
return 1

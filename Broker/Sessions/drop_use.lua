-- Takes a session that is no more, or is over, out of the use of a pool: it would be counted as a desktop of that pool for ever.
-- With: uses, events.
-- KEYS: 1 session, 2 use of the pool, 3 events, 4 shares of the pool.
-- ARGV: 1 doorbell, 2 session id, 3 pool, 4 cause.
-- Result: 1 taken out, 0 there is such a session, or it was not counted.
local phase = redis.call('HGET', KEYS[1], 'phase')
if phase and phase ~= 'ended' and phase ~= 'lost' and phase ~= 'expired' then return 0 end
if not leave_pool({ use = KEYS[2], shares = KEYS[4] }, ARGV[2]) then return 0 end
announce(KEYS[3], ARGV[1], 'session-repaired', 'session', ARGV[2], 'pool', ARGV[3], 'cause', ARGV[4])
return 1

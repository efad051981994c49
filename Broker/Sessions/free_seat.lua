-- Frees a seat whose session is no more, or is over: nobody sits there.
-- KEYS: 1 seats, 2 session, 3 events, 4 use of its pool (repeats 1 when the pool is not known).
-- ARGV: 1 doorbell, 2 user, 3 session id, 4 host, 5 tenant ('' = not known: the use stays as it is), 6 cause.
-- Result: 1 freed, 0 there is such a session, or another holds the seat.
local phase = redis.call('HGET', KEYS[2], 'phase')
if phase and phase ~= 'ended' and phase ~= 'lost' and phase ~= 'expired' then return 0 end
if redis.call('HGET', KEYS[1], ARGV[2]) ~= ARGV[3] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[2])
if ARGV[5] ~= '' and redis.call('HINCRBY', KEYS[4], ARGV[5], -1) <= 0 then redis.call('HDEL', KEYS[4], ARGV[5]) end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', 100000, '*', 'kind', 'session-seat-freed', 'session', ARGV[3], 'user', ARGV[2], 'host', ARGV[4], 'cause', ARGV[6])
redis.call('PUBLISH', ARGV[1], 'session-seat-freed')
return 1

-- Frees a seat whose session is no more, is over, or is another account's or host's: nobody sits there. Nothing says any more of which pool a session was that is no more,
-- so it is taken out of the use of each that may be.
-- With: uses, events.
-- KEYS: 1 seats, 2 session, 3 events, then for every pool that holds the host: use, shares.
-- ARGV: 1 doorbell, 2 user, 3 session id, 4 host, 5 cause.
-- Result: 1 freed, 0 there is such a session here, or another holds the seat.
local s = redis.call('HMGET', KEYS[2], 'phase', 'user', 'host')
local over = not s[1] or s[1] == 'ended' or s[1] == 'lost' or s[1] == 'expired'
if not over and s[2] == ARGV[2] and s[3] == ARGV[4] then return 0 end
if redis.call('HGET', KEYS[1], ARGV[2]) ~= ARGV[3] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[2])
if over then
  for i = 4, #KEYS, 2 do leave_pool({ use = KEYS[i], shares = KEYS[i + 1] }, ARGV[3]) end
end
announce(KEYS[3], ARGV[1], 'session-seat-freed', 'session', ARGV[3], 'user', ARGV[2], 'host', ARGV[4], 'cause', ARGV[5])
return 1

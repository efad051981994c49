-- Raises the fence of a session to the one that its host was told of: the ledger had lost that opening. The counter follows, so that no number is given twice.
-- With: numbers, events.
-- KEYS: 1 counter, 2 session, 3 events.
-- ARGV: 1 doorbell, 2 session id, 3 revision decided on, 4 fence, 5 how far a fence may be ahead of the store's clock, in µs, 6 cause.
-- Result: 1 raised, 0 changed meanwhile, -1 no broker can have given that fence.
local s = redis.call('HMGET', KEYS[2], 'revision', 'fence', 'person', 'pool', 'host')
if s[1] ~= ARGV[3] or tonumber(s[2]) >= tonumber(ARGV[4]) then return 0 end
local told = tonumber(ARGV[4])
if not is_believable(KEYS[1], told, ARGV[5]) then return -1 end
keep_up(KEYS[1], told)
redis.call('HSET', KEYS[2], 'fence', ARGV[4], 'redeemed', ARGV[4], 'revision', next_revision(s[1]))
announce(KEYS[3], ARGV[1], 'session-repaired', 'session', ARGV[2], 'person', s[3], 'pool', s[4], 'host', s[5],
  'fence', ARGV[4], 'before', s[2], 'cause', ARGV[6])
return 1

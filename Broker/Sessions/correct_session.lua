-- Brings one session to what its host saw. Nothing happens when the session has changed since the decision: the next report decides anew. Only steps of its life are made.
-- A final phase frees the seat, its use of the pool ends, and the moment is kept for those who wait.
-- With: numbers, uses, ends, events.
-- KEYS: 1 session, 2 seats of its host, 3 the person's desktops, 4 events, 5 use of its pool, 6 when its seats came free, 7 its shares.
-- ARGV: 1 doorbell, 2 session id, 3 revision decided on, 4 phase, 5 cause, 6 '1' = the phase is final, 7 memory of a final session in ms, 8 phases that may become it,
--       9 what it remembers of its host's boot from now on ('' = what it does).
-- A phase that stays (only its lease has been settled) is no event.
-- Result: 1 corrected, 0 changed meanwhile, or no step of a session's life.
local s = redis.call('HMGET', KEYS[1], 'user', 'pool', 'host', 'station', 'person', 'phase', 'revision')
if s[7] ~= ARGV[3] or not string.find(ARGV[8], s[6], 1, true) then return 0 end
if ARGV[6] == '1' then
  finish_session(ARGV[4], { row = KEYS[1], seats = KEYS[2], desktops = KEYS[3], uses = { use = KEYS[5], shares = KEYS[7] }, releases = KEYS[6], id = ARGV[2], user = s[1], pool = s[2], memory = ARGV[7] })
else
  redis.call('HSET', KEYS[1], 'phase', ARGV[4], 'lease', 0, 'revision', next_revision(s[7]))
  if ARGV[9] ~= '' then redis.call('HSET', KEYS[1], 'boot', ARGV[9]) end
end
if s[6] == ARGV[4] then return 1 end
redis.call('HSET', KEYS[1], 'phase_since', now)
local kind = 'session-' .. ARGV[4]
announce(KEYS[4], ARGV[1], kind, 'session', ARGV[2], 'person', s[5], 'user', s[1], 'pool', s[2], 'host', s[3], 'station', s[4],
  'before', s[6], 'cause', ARGV[5])
return 1

-- Commits the verdict on a presented ticket: it is spent whatever the verdict; a granted one confirms the station's claim; a refused one that the station
-- still counts on is marked, so that it takes a fresh one. The same attempt (a host that asks again after a lost answer) gets the same verdict.
-- With: numbers, events.
-- KEYS: 1 ticket, 2 session, 3 events.
-- ARGV: 1 doorbell, 2 verdict, 3 presenting user, 4 presenting host, 5 session id, 6 fence of the ticket, 7 lease in ms from now,
--       8 digest as it may be logged, 9 attempt ('' = none given).
-- Result: the verdict that holds: the given one, or 'used' / 'expired' / 'superseded' / 'unknown' where something was faster.
local ticket = redis.call('HMGET', KEYS[1], 'spent', 'expires', 'attempt', 'verdict')
if not ticket[2] then return 'unknown' end
if ticket[1] and ARGV[9] ~= '' and ticket[3] == ARGV[9] then return ticket[4] end
local verdict = ARGV[2]
local s = redis.call('HMGET', KEYS[2], 'fence', 'redeemed', 'phase', 'revision')
if ticket[1] then
  verdict = 'used'
elseif verdict == 'granted' then
  if now >= tonumber(ticket[2]) then
    verdict = 'expired'
  elseif s[1] ~= ARGV[6] or (s[3] ~= 'opening' and s[3] ~= 'active' and s[3] ~= 'disconnected') then
    verdict = 'superseded'
  end
end
if not ticket[1] then redis.call('HSET', KEYS[1], 'spent', 1, 'attempt', ARGV[9], 'verdict', verdict) end
if s[1] == ARGV[6] then
  if verdict == 'granted' then
    redis.call('HSET', KEYS[2], 'redeemed', ARGV[6], 'revision', next_revision(s[4]))
    if s[3] == 'opening' then redis.call('HSET', KEYS[2], 'lease', now + ARGV[7]) end
  elseif s[2] ~= ARGV[6] then
    redis.call('HSET', KEYS[2], 'refused', ARGV[6], 'revision', next_revision(s[4]))
  end
end
local kind = verdict == 'granted' and 'ticket-redeemed' or 'ticket-refused'
announce(KEYS[3], ARGV[1], kind, 'verdict', verdict, 'session', ARGV[5], 'user', ARGV[3], 'host', ARGV[4], 'ticket', ARGV[8])
return verdict

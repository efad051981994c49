-- Ends a claim whose lease is over and that no host confirmed: its seat comes back, once. Whoever asks may be late, or ask twice: phase, fence, confirmation and lease
-- are checked here. A desktop that a host had confirmed before it was moved is nobody's now and keeps its seat, unless its host has just said that it is not there.
-- With: numbers, uses, ends, events.
-- KEYS: 1 session, 2 seats of its host, 3 the person's desktops, 4 events, 5 use of its pool, 6 when its seats came free, 7 its shares.
-- ARGV: 1 doorbell, 2 session id, 3 fence of the claim, 4 memory of a final session in ms, 5 '1' = its host has just reported, and does not have it.
-- Result: 'expired' | 'left' (it is on nobody's screen now) | 'confirmed' | 'early' (its lease runs) | 'changed' (there is no such claim any more).
local s = redis.call('HMGET', KEYS[1], 'phase', 'fence', 'redeemed', 'lease', 'user', 'pool', 'host', 'station', 'person', 'revision')
if s[1] ~= 'opening' or s[2] ~= ARGV[3] then return 'changed' end
local absent = ARGV[5] == '1'
if s[3] == s[2] and not absent then return 'confirmed' end
if now < tonumber(s[4]) then return 'early' end
local phase = (s[3] == '0' or absent) and 'expired' or 'disconnected'
if phase == 'expired' then
  finish_session(phase, { row = KEYS[1], seats = KEYS[2], desktops = KEYS[3], uses = { use = KEYS[5], shares = KEYS[7] }, releases = KEYS[6], id = ARGV[2], user = s[5], pool = s[6], memory = ARGV[4] })
else
  redis.call('HSET', KEYS[1], 'phase', phase, 'phase_since', now, 'lease', 0, 'revision', next_revision(s[10]))
end
local kind = 'session-' .. phase
announce(KEYS[4], ARGV[1], kind, 'session', ARGV[2], 'person', s[9], 'pool', s[6], 'host', s[7], 'station', s[8],
  'before', 'opening', 'cause', 'lease-over')
return phase == 'expired' and 'expired' or 'left'

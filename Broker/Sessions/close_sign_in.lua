-- Ends a sign-in; with 'sign-out', orders the session that it holds to end. The sign-in is kept a little longer so that its station can follow the end.
-- With: numbers, events.
-- KEYS: 1 sign-in, 2 session (repeats 1 when none was opened), 3 events.
-- ARGV: 1 doorbell, 2 session id ('' = none), 3 fence that the station holds, 4 'leave' | 'sign-out', 5 life of the closed sign-in in ms,
--       6 how long a desktop whose ticket was accepted may still take to appear, in ms.
-- Result: 'left' | 'ending' | 'not-held' (the session is another sign-in's, or has ended) | 'unknown' (no such sign-in).
local serial = redis.call('HGET', KEYS[1], 'serial')
if not serial then return 'unknown' end
redis.call('HSET', KEYS[1], 'closed', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
if ARGV[4] ~= 'sign-out' or ARGV[2] == '' then return 'left' end
local s = redis.call('HMGET', KEYS[2], 'fence', 'phase', 'user', 'host', 'person', 'serial', 'lease', 'revision')
-- A session that was found again by its host is held by no sign-in: its person ends it, by its fence.
local held = s[6] == serial or (s[6] == '0' and s[5] == redis.call('HGET', KEYS[1], 'person'))
if s[1] ~= ARGV[3] or not held or (s[2] ~= 'opening' and s[2] ~= 'active' and s[2] ~= 'disconnected') then return 'not-held' end
local appears = now + ARGV[6]
redis.call('HSET', KEYS[2], 'phase', 'ending', 'phase_since', now, 'lease', math.min(tonumber(s[7]), appears), 'revision', next_revision(s[8]))
announce(KEYS[3], ARGV[1], 'session-ending', 'session', ARGV[2], 'person', s[5], 'user', s[3], 'host', s[4])
return 'ending'

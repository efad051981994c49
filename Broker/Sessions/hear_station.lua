-- Notes what the station of a session on a machine without an agent says: that it has the machine's picture, or that it is still there. The picture confirms the claim.
-- A station that is heard of again after it had been given up has its desktop on the screen again, unless it never had it. Every word raises the revision: what was
-- decided before it was heard is not committed after it.
-- With: numbers, events.
-- KEYS: 1 session, 2 events.
-- ARGV: 1 doorbell, 2 session id, 3 fence that the station holds, 4 '1' = it has the picture.
-- Result: 'active' (it is on the screen now) | 'heard' | 'waiting' (claimed, no picture yet) | 'not-held' (another's, ended, unknown).
local s = redis.call('HMGET', KEYS[1], 'fence', 'phase', 'redeemed', 'person', 'pool', 'host', 'station', 'revision')
if s[1] ~= ARGV[3] then return 'not-held' end
local shown = ARGV[4] == '1' or s[3] == s[1]
if s[2] ~= 'opening' and s[2] ~= 'active' and s[2] ~= 'disconnected' then return 'not-held' end
if not shown then return 'waiting' end
redis.call('HSET', KEYS[1], 'heard', now, 'revision', next_revision(s[8]))
if s[2] == 'active' then return 'heard' end
redis.call('HSET', KEYS[1], 'phase', 'active', 'phase_since', now, 'redeemed', s[1], 'lease', 0)
announce(KEYS[2], ARGV[1], 'session-active', 'session', ARGV[2], 'person', s[4], 'pool', s[5], 'host', s[6], 'station', s[7],
  'before', s[2], 'cause', 'shown')
return 'active'

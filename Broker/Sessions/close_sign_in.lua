-- Ends a sign-in; with 'sign-out', orders the session that it holds to end. The sign-in is kept a little longer so that its station can follow the end.
-- KEYS: 1 sign-in, 2 session (repeats 1 when none was opened), 3 events.
-- ARGV: 1 doorbell, 2 session id ('' = none), 3 fence that the station holds, 4 'leave' | 'sign-out', 5 life of the closed sign-in in ms.
-- Result: 'left' | 'ending' | 'not-held' (the session is another sign-in's, or has ended).
redis.call('HSET', KEYS[1], 'closed', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
local outcome = 'left'
if ARGV[4] == 'sign-out' and ARGV[2] ~= '' then
  local s = redis.call('HMGET', KEYS[2], 'fence', 'phase', 'user', 'host', 'person')
  if s[1] == ARGV[3] and (s[2] == 'opening' or s[2] == 'active' or s[2] == 'disconnected') then
    outcome = 'ending'
    redis.call('HSET', KEYS[2], 'phase', 'ending', 'lease', 0)
    redis.call('HINCRBY', KEYS[2], 'revision', 1)
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', 100000, '*', 'kind', 'session-ending', 'session', ARGV[2], 'person', s[5], 'user', s[3], 'host', s[4])
    redis.call('PUBLISH', ARGV[1], 'session-ending')
  else
    outcome = 'not-held'
  end
end
return outcome

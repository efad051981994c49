-- Commits the verdict on a presented ticket: an issued one is spent whatever the verdict; a granted one confirms the station's claim; a refused one that the
-- station still counts on is marked, so that it takes a fresh one.
-- KEYS: 1 ticket, 2 session (repeats 1 when the ticket is unknown), 3 events.
-- ARGV: 1 doorbell, 2 verdict, 3 presenting user, 4 presenting host, 5 session id ('' = unknown ticket), 6 fence of the ticket,
--       7 lease in ms from now, 8 digest as it may be logged.
-- Result: the verdict that holds: the given one, or 'used' / 'superseded' where something was faster.
local verdict, known = ARGV[2], ARGV[5] ~= ''
if known then
  if redis.call('HEXISTS', KEYS[1], 'spent') == 1 then
    verdict = 'used'
  elseif verdict == 'granted' then
    local s = redis.call('HMGET', KEYS[2], 'fence', 'phase')
    if s[1] ~= ARGV[6] or (s[2] ~= 'opening' and s[2] ~= 'active' and s[2] ~= 'disconnected') then verdict = 'superseded' end
  end
  redis.call('HSET', KEYS[1], 'spent', 1)
  local s = redis.call('HMGET', KEYS[2], 'fence', 'redeemed')
  if s[1] == ARGV[6] then
    if verdict == 'granted' then
      local t = redis.call('TIME')
      redis.call('HSET', KEYS[2], 'redeemed', ARGV[6])
      if redis.call('HGET', KEYS[2], 'phase') == 'opening' then
        redis.call('HSET', KEYS[2], 'lease', t[1] * 1000 + math.floor(t[2] / 1000) + ARGV[7])
      end
      redis.call('HINCRBY', KEYS[2], 'revision', 1)
    elseif s[2] ~= ARGV[6] then
      redis.call('HSET', KEYS[2], 'refused', ARGV[6])
      redis.call('HINCRBY', KEYS[2], 'revision', 1)
    end
  end
end
local kind = verdict == 'granted' and 'ticket-redeemed' or 'ticket-refused'
redis.call('XADD', KEYS[3], 'MAXLEN', '~', 100000, '*', 'kind', kind, 'verdict', verdict, 'session', ARGV[5], 'user', ARGV[3], 'host', ARGV[4], 'ticket', ARGV[8])
redis.call('PUBLISH', ARGV[1], kind)
return verdict

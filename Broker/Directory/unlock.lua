-- Takes locks away with all that was counted for them; each one that was there is an event.
-- KEYS: 1 lockouts, 2 events, 3… the tries of each lock.
-- ARGV: 1 doorbell, 2 who does it, 3… the members of the lockouts, in the order of the keys.
-- Result: how many were there.
local count = 0
for i = 3, #KEYS do
  redis.call('DEL', KEYS[i])
  if redis.call('ZREM', KEYS[1], ARGV[i]) == 1 then
    count = count + 1
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', 100000, '*', 'kind', 'unlocked', 'what', ARGV[i], 'by', ARGV[2])
  end
end
if count > 0 then redis.call('PUBLISH', ARGV[1], 'unlocked') end
return count

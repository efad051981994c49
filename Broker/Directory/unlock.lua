-- Takes locks away with all that was counted for them; each one that was there is an event.
-- With: events.
-- KEYS: 1 lockouts, 2 events, 3… the tries of each lock.
-- ARGV: 1 doorbell, 2 who does it, 3… the members of the lockouts, in the order of the keys.
-- Result: how many were there.
local count = 0
for i = 3, #KEYS do
  redis.call('DEL', KEYS[i])
  if redis.call('ZREM', KEYS[1], ARGV[i]) == 1 then
    count = count + 1
    announce(KEYS[2], ARGV[1], 'unlocked', 'what', ARGV[i], 'by', ARGV[2])
  end
end
return count

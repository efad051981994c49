-- Makes every right that is known of a person, or of everybody, a thing of the past: it is asked anew before the next opening.
-- With: events.
-- KEYS: 1 refreshed, 2 events.
-- ARGV: 1 doorbell, 2 person, or '*' for everybody, 3 who asks for it, 4 longest life of a sign-in in ms: older marks concern nobody.
-- Result: the mark, in ms.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local marks = redis.call('HGETALL', KEYS[1])
for i = 1, #marks, 2 do
  if tonumber(marks[i + 1]) < now - ARGV[4] then redis.call('HDEL', KEYS[1], marks[i]) end
end
local mark = string.format('%.0f', now)
redis.call('HSET', KEYS[1], ARGV[2], mark)
announce(KEYS[2], ARGV[1], 'rights-refreshed', 'person', ARGV[2], 'by', ARGV[3])
return mark

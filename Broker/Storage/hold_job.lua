-- Takes a job that one broker at a time does, or goes on holding it. Terms only grow, also when the store was emptied or another server became its master.
-- KEYS: 1 job.  ARGV: 1 who, 2 for how long, ms.
-- Result: { term, 1 = it was taken now, 0 = it was held already }; { 0, 0 } = somebody else holds it.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local job = redis.call('HMGET', KEYS[1], 'holder', 'until', 'term')
local held = now < tonumber(job[2] or 0)
if held and job[1] ~= ARGV[1] then return { 0, 0 } end
local term = held and tonumber(job[3]) or math.max(tonumber(job[3] or 0) + 1, t[1] * 1000000 + t[2])
redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'until', string.format('%.0f', now + ARGV[2]), 'term', string.format('%.0f', term))
return { term, held and 0 or 1 }

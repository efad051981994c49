-- Gives a job up, so that another broker need not wait for the end of the lease.
-- KEYS: 1 job.  ARGV: 1 who, 2 term.
-- Result: 1 = given up, 0 = it was not theirs any more.
local job = redis.call('HMGET', KEYS[1], 'holder', 'term')
if job[1] ~= ARGV[1] or job[2] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'until', 0)
return 1

-- Keeps what checks a person's password while their directory is down, unless the directory refused them after the sign-in that it was made of.
-- KEYS: 1 verifier, 2 the tenant's verifiers.
-- ARGV: 1 body, 2 age of the sign-in in ms, 3 life in ms, 4 digest of the name.
-- Result: 1 kept, 0 refused meanwhile.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local refused = redis.call('HGET', KEYS[1], 'refused')
if refused and tonumber(refused) >= now - tonumber(ARGV[2]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'body', ARGV[1], 'made', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[4])
redis.call('PEXPIRE', KEYS[2], math.max(tonumber(ARGV[3]), redis.call('PTTL', KEYS[2])))
return 1

-- Keeps what checks a person's password while their directory is down, unless the directory refused them after the sign-in that it was made of began, or
-- one of a later sign-in is there.
-- KEYS: 1 verifier, 2 the tenant's verifiers.
-- ARGV: 1 body, 2 verifier, 3 mark, 4 age of the sign-in in ms, 5 life in ms, 6 digest of the name.
-- Result: 1 kept, 0 refused or replaced meanwhile.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local made = now - tonumber(ARGV[4])
local row = redis.call('HMGET', KEYS[1], 'refused', 'made')
if row[1] and tonumber(row[1]) >= made then return 0 end
if row[2] and tonumber(row[2]) > made then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'body', ARGV[1], 'verifier', ARGV[2], 'mark', ARGV[3], 'made', string.format('%.0f', made))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('ZADD', KEYS[2], now + ARGV[5], ARGV[6])
redis.call('PEXPIRE', KEYS[2], math.max(tonumber(ARGV[5]), redis.call('PTTL', KEYS[2])))
return 1

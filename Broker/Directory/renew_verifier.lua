-- Writes a person as a full sign-in just showed them beside their verifier, and says whether that one will do. One that was made of another password goes.
-- KEYS: 1 verifier, 2 the tenant's verifiers.
-- ARGV: 1 body, 2 mark, 3 age of the sign-in in ms, 4 life in ms, 5 digest of the name, 6 age in ms at which a verifier is made anew.
-- Result: 1 there is one that will do, 0 one is to be made.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local row = redis.call('HMGET', KEYS[1], 'verifier', 'made', 'mark')
if not row[1] then return 0 end
local made = tonumber(row[2])
if made > now - tonumber(ARGV[3]) then return 1 end
if row[3] ~= ARGV[2] then
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[5])
  return 0
end
redis.call('HSET', KEYS[1], 'body', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('ZADD', KEYS[2], now + ARGV[4], ARGV[5])
redis.call('PEXPIRE', KEYS[2], math.max(tonumber(ARGV[4]), redis.call('PTTL', KEYS[2])))
return now - made < tonumber(ARGV[6]) and 1 or 0

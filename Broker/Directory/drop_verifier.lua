-- Takes a person's verifier away, and remembers it for a while: one that is still being made of an earlier sign-in must not come after it.
-- KEYS: 1 verifier, 2 the tenant's verifiers.
-- ARGV: 1 memory in ms, 2 digest of the name, 3 how long ago the directory refused, in ms.
-- Result: 1 there was one, 0 there was none.
local t = redis.call('TIME')
local refused = t[1] * 1000 + math.floor(t[2] / 1000) - tonumber(ARGV[3])
local row = redis.call('HMGET', KEYS[1], 'body', 'refused')
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'refused', string.format('%.0f', math.max(refused, tonumber(row[2] or 0))))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[2])
return row[1] and 1 or 0

-- Takes a person's verifier away, and remembers it for a while: one that is still being made of an earlier sign-in must not come after it.
-- KEYS: 1 verifier, 2 the tenant's verifiers.
-- ARGV: 1 memory in ms, 2 digest of the name.
-- Result: 1 there was one, 0 there was none.
local t = redis.call('TIME')
local was = redis.call('HEXISTS', KEYS[1], 'body')
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'refused', string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000)))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[2])
return was

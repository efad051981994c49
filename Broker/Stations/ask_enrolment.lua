-- Takes in the wish of an unknown station to be admitted, or its sign of life: the same key has the same code for as long as it is known. What has ended is forgotten first.
-- Only what nobody has decided counts against the most: what was decided is kept for its station to fetch, and is as much as somebody's hand has decided.
-- KEYS: 1 wishes (hash: code -> row, JSON), 2 codes (hash: digest of the key -> code), 3 undecided codes by when they end, 4 those of the caller's address, 5 decided codes by when they end.
-- ARGV: 1 digest of the key, 2 a fresh code, 3 the row (JSON, without its time), 4 how long a wish is kept without a sign of life, ms, 5 most wishes of an address, 6 most of all.
-- Result: { code, row } | { '', 'address' | 'all' } = too many of them | { '', 'code' } = the fresh code is somebody's: draw another.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
for _, ends in ipairs({ KEYS[3], KEYS[5] }) do
  for _, code in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', now)) do
    local row = redis.call('HGET', KEYS[1], code)
    if row then redis.call('HDEL', KEYS[2], cjson.decode(row).key) end
    redis.call('HDEL', KEYS[1], code)
    redis.call('ZREM', ends, code)
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now)
local code = redis.call('HGET', KEYS[2], ARGV[1])
if code then
  local row = redis.call('HGET', KEYS[1], code)
  -- What was decided ends when that was said, whoever goes on asking.
  if not cjson.decode(row).decided then
    redis.call('ZADD', KEYS[3], now + ARGV[4], code)
    redis.call('ZADD', KEYS[4], 'XX', now + ARGV[4], code)
    redis.call('PEXPIRE', KEYS[4], ARGV[4])
  end
  return { code, row }
end
if redis.call('ZCARD', KEYS[4]) >= tonumber(ARGV[5]) then return { '', 'address' } end
if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[6]) then return { '', 'all' } end
if redis.call('HEXISTS', KEYS[1], ARGV[2]) == 1 then return { '', 'code' } end
local row = cjson.decode(ARGV[3])
row.at = now
row = cjson.encode(row)
redis.call('HSET', KEYS[1], ARGV[2], row)
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[3], now + ARGV[4], ARGV[2])
redis.call('ZADD', KEYS[4], now + ARGV[4], ARGV[2])
redis.call('PEXPIRE', KEYS[4], ARGV[4])
return { ARGV[2], row }

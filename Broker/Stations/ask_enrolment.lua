-- Takes in the wish of an unknown station to be admitted, or its sign of life: the same key has the same code for as long as it is known. What has ended is forgotten first.
-- Only what nobody has decided counts against the most: what was decided is kept for its station to fetch, and is as much as somebody's hand has decided.
-- KEYS: 1 wishes (hash: code -> row, JSON), 2 codes (hash: digest of the key -> code), 3 undecided codes by when they end, 4 those of the caller's address, 5 decided codes by when they end.
-- ARGV: 1 digest of the key, 2 a fresh code, 3 the row (JSON, without its time), 4 how long a wish is kept without a sign of life, ms, 5 most wishes of an address, 6 most of all,
--       7 the code whose row the caller could not read ('' = none), 8 that row: it is forgotten, and the station asks as if for the first time.
-- One row that cannot be read hurts its own station alone: who reads it says so with the next call (KnownWish.Read decides what can be read).
-- Result: { code, row ('' = it is gone) } | { '', 'address' | 'all' } = too many of them | { '', 'code' } = the fresh code is somebody's: draw another.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)

local function read(row)
  local whole, wish = pcall(cjson.decode, row or '')
  return whole and type(wish) == 'table' and wish or {}
end

-- A row that cannot be read does not say whose it was: all who are known are looked through.
local function keys_of(code)
  local of, known = {}, redis.call('HGETALL', KEYS[2])
  for i = 1, #known, 2 do
    if known[i + 1] == code then of[#of + 1] = known[i] end
  end
  return of
end

for _, ends in ipairs({ KEYS[3], KEYS[5] }) do
  for _, code in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', now)) do
    local key = read(redis.call('HGET', KEYS[1], code)).key
    local whose = type(key) == 'string' and redis.call('HGET', KEYS[2], key) == code and { key } or keys_of(code)
    for _, one in ipairs(whose) do redis.call('HDEL', KEYS[2], one) end
    redis.call('HDEL', KEYS[1], code)
    redis.call('ZREM', ends, code)
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now)
local code = redis.call('HGET', KEYS[2], ARGV[1])
local row = code and (redis.call('HGET', KEYS[1], code) or '')
if code and code == ARGV[7] and row == ARGV[8] then
  redis.call('HDEL', KEYS[2], ARGV[1])
  -- What stands there may be another station's.
  if #keys_of(code) == 0 then
    redis.call('HDEL', KEYS[1], code)
    for _, ends in ipairs({ KEYS[3], KEYS[4], KEYS[5] }) do redis.call('ZREM', ends, code) end
  end
  code = nil
end
if code then
  -- What was decided ends when that was said, whoever goes on asking.
  if read(row).decided ~= true then
    redis.call('ZADD', KEYS[3], now + ARGV[4], code)
    redis.call('ZADD', KEYS[4], 'XX', now + ARGV[4], code)
    redis.call('PEXPIRE', KEYS[4], ARGV[4])
  end
  return { code, row }
end
if redis.call('ZCARD', KEYS[4]) >= tonumber(ARGV[5]) then return { '', 'address' } end
if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[6]) then return { '', 'all' } end
if redis.call('HEXISTS', KEYS[1], ARGV[2]) == 1 then return { '', 'code' } end
local wish = cjson.decode(ARGV[3])
wish.at = now
row = cjson.encode(wish)
redis.call('HSET', KEYS[1], ARGV[2], row)
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[3], now + ARGV[4], ARGV[2])
redis.call('ZADD', KEYS[4], now + ARGV[4], ARGV[2])
redis.call('PEXPIRE', KEYS[4], ARGV[4])
return { ARGV[2], row }

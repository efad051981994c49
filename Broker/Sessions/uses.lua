-- A prelude: who uses a pool, and how many of each tenant, for every script that says "With: uses"
-- KEYS: none of its own: the functions are given them.
-- ARGV: none of its own.
-- Result: none.

-- `of` names keys: use (session → tenant) and shares (tenant → how many of them, '*' → all). The numbers follow what is put and taken, once each; where they do not fit, because a broker of before that
-- knows none has put or taken something, they are counted anew.
local function settle_shares(of)
  if tonumber(redis.call('HGET', of.shares, '*') or 0) == redis.call('HLEN', of.use) then return end
  local many, all = {}, 0
  for _, tenant in ipairs(redis.call('HVALS', of.use)) do
    many[tenant], all = (many[tenant] or 0) + 1, all + 1
  end
  redis.call('DEL', of.shares)
  redis.call('HSET', of.shares, '*', all)
  for tenant, count in pairs(many) do redis.call('HSET', of.shares, tenant, count) end
end

-- A session uses the pool; put twice, it is there once.
local function use_pool(of, session, tenant)
  settle_shares(of)
  local before = redis.call('HGET', of.use, session)
  if before == tenant then return end
  redis.call('HSET', of.use, session, tenant)
  redis.call('HINCRBY', of.shares, tenant, 1)
  redis.call('HINCRBY', of.shares, before or '*', before and -1 or 1)
end

-- A session uses the pool no longer. Result: true when it did.
local function leave_pool(of, session)
  local tenant = redis.call('HGET', of.use, session)
  if not tenant then return false end
  settle_shares(of)
  redis.call('HDEL', of.use, session)
  redis.call('HINCRBY', of.shares, '*', -1)
  if redis.call('HINCRBY', of.shares, tenant, -1) == 0 then redis.call('HDEL', of.shares, tenant) end
  return true
end

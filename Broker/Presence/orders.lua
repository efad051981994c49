-- A prelude: what two scripts know of a station's orders. After 'numbers'.
-- KEYS: none of its own: each function is given the keys.
-- ARGV: none of its own.
-- Result: none. A row of an order is until|put|act|by|order; a row of an outcome put|ended|act|by|outcome|text. A row's field is the order's number.
local kept_outcomes = 50
local kept_for = 7 * 24 * 3600 * 1000

-- Of many, the newest are kept.
local function keep_outcome(outcomes, id, put, act, by, outcome, text)
  redis.call('HSET', outcomes, id, table.concat({ put, digits(now), act, by, outcome, text }, '|'))
  redis.call('PEXPIRE', outcomes, kept_for)
  local over = redis.call('HLEN', outcomes) - kept_outcomes
  if over <= 0 then return end
  local ids = redis.call('HKEYS', outcomes)
  table.sort(ids, function(a, b) return tonumber(a) < tonumber(b) end)
  for i = 1, over do redis.call('HDEL', outcomes, ids[i]) end
end

local function read_order(row)
  local til, put, act, by, order = string.match(row, '^(%d+)|(%d+)|([^|]*)|([^|]*)|(.*)$')
  return tonumber(til), put, act, by, order
end

-- Those that still wait, { id, order, id, order … }; those that have waited too long have their outcome.
local function pending_orders(orders, outcomes)
  local pending = {}
  local all = redis.call('HGETALL', orders)
  for i = 1, #all, 2 do
    local til, put, act, by, order = read_order(all[i + 1])
    if til <= now then
      redis.call('HDEL', orders, all[i])
      keep_outcome(outcomes, all[i], put, act, by, 'expired', '')
    else
      pending[#pending + 1] = all[i]
      pending[#pending + 1] = order
    end
  end
  return pending
end

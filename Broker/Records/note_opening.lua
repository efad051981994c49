-- Adds notes, in order, to the records of sign-ins, each stamped with the store's clock, and lists each record under what it may be looked for by. A record keeps its
-- first notes and its newest; in place of what was between them it says how many were dropped. A list keeps the newest records that are young enough.
-- KEYS: for each record: the record, then the lists that it stands in, first those that own it.
-- ARGV: 1 how long records are kept in ms, 2 how many first notes are kept, 3 how many newest, 4 the most records of a list, 5 writer, then for each record:
--       its id, how many lists, how many of these own it, how many notes, then for each note: how long ago it happened in ms, its number, the fact (JSON).
-- Result: { ids of the records that a list of their owner does not hold any more because there were too many: they may be deleted }, { rows that were dropped from records }.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local keep, head, most, writer = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4]), ARGV[5]
local full = head + tonumber(ARGV[3])
local gone, fallen = {}, {}
local function stamp(ago) return string.format('%.0f', now - tonumber(ago)) end

local function add(record, rows)
  local length = redis.call('RPUSH', record, unpack(rows))
  -- From its beginning on, not from its last note: what the city says of its records holds for each of them.
  if length == #rows then redis.call('PEXPIRE', record, keep) end
  if length <= full then return end
  -- The note after the first ones says how many were dropped: itself is one more than may stay.
  local held = redis.call('LINDEX', record, head)
  local dropped = tonumber(string.match(held, '^%d+||0|{"dropped":(%d+)}$') or 0)
  local over = length - full - (dropped > 0 and 1 or 0)
  if over > 0 then
    local marked = dropped > 0 and 1 or 0
    for _, row in ipairs(redis.call('LRANGE', record, head + marked, head + marked + over - 1)) do fallen[#fallen + 1] = row end
    redis.call('LSET', record, head, string.match(held, '^%d+') .. '||0|{"dropped":' .. string.format('%.0f', dropped + over) .. '}')
    for i = head + 1, head + over - 1 + marked do redis.call('LSET', record, i, '') end
    redis.call('LREM', record, 0, '')
  end
end

local function enter(list, id, since, owns)
  redis.call('ZADD', list, 'NX', since, id)
  redis.call('ZREMRANGEBYSCORE', list, '-inf', string.format('%.0f', now - keep))
  if redis.call('ZCARD', list) > most then
    for _, old in ipairs(owns and redis.call('ZRANGE', list, 0, -most - 1) or {}) do gone[#gone + 1] = old end
    redis.call('ZREMRANGEBYRANK', list, 0, -most - 1)
  end
  redis.call('PEXPIRE', list, keep)
end

local key, at = 1, 6
while at <= #ARGV do
  local id, lists, owners, notes = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local first, rows = at + 4, {}
  for i = first, first + notes * 3 - 1, 3 do rows[#rows + 1] = stamp(ARGV[i]) .. '|' .. writer .. '|' .. ARGV[i + 1] .. '|' .. ARGV[i + 2] end
  add(KEYS[key], rows)
  for i = 1, lists do enter(KEYS[key + i], id, stamp(ARGV[first]), i <= owners) end
  key, at = key + 1 + lists, first + notes * 3
end
return { gone, fallen }

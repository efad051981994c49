-- Adds notes, in order, to the record of a sign-in, each stamped with the store's clock, and lists the record under what it may be looked for by. A record keeps its
-- first notes and its newest; in place of what was between them it says how many were dropped. A list keeps the newest records that are young enough.
-- KEYS: 1 the record, 2… lists that it stands in.
-- ARGV: 1 id of the record, 2 how long records are kept in ms, 3 how many first notes are kept, 4 how many newest, 5 the most records of a list, 6 writer,
--       then for each note: how long ago it happened in ms, its number, the fact (JSON).
-- Result: ids of the records that the lists do not hold any more because there were too many: theirs may be deleted.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local keep, head, most = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[5])
local full = head + tonumber(ARGV[4])
local function stamp(ago) return string.format('%.0f', now - tonumber(ago)) end

local rows = {}
for i = 7, #ARGV, 3 do rows[#rows + 1] = stamp(ARGV[i]) .. '|' .. ARGV[6] .. '|' .. ARGV[i + 1] .. '|' .. ARGV[i + 2] end
local length = redis.call('RPUSH', KEYS[1], unpack(rows))
-- From its beginning on, not from its last note: what the city says of its records holds for each of them.
if length == #rows then redis.call('PEXPIRE', KEYS[1], keep) end
if length > full then
  -- The note after the first ones says how many were dropped: itself is one more than may stay.
  local held = redis.call('LINDEX', KEYS[1], head)
  local dropped = tonumber(string.match(held, '^%d+||0|{"dropped":(%d+)}$') or 0)
  local over = length - full - (dropped > 0 and 1 or 0)
  if over > 0 then
    local marked = dropped > 0 and 1 or 0
    redis.call('LSET', KEYS[1], head, string.match(held, '^%d+') .. '||0|{"dropped":' .. string.format('%.0f', dropped + over) .. '}')
    for i = head + 1, head + over - 1 + marked do redis.call('LSET', KEYS[1], i, '') end
    redis.call('LREM', KEYS[1], 0, '')
  end
end

local gone = {}
for i = 2, #KEYS do
  redis.call('ZADD', KEYS[i], 'NX', stamp(ARGV[7]), ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', string.format('%.0f', now - keep))
  if redis.call('ZCARD', KEYS[i]) > most then
    for _, id in ipairs(redis.call('ZRANGE', KEYS[i], 0, -most - 1)) do gone[#gone + 1] = id end
    redis.call('ZREMRANGEBYRANK', KEYS[i], 0, -most - 1)
  end
  redis.call('PEXPIRE', KEYS[i], keep)
end
return gone

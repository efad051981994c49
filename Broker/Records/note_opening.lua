-- Adds one note to the record of a sign-in, stamped with the store's clock, and lists the record under what it may be looked for by. A record keeps its first
-- notes and its newest; in place of what was between them it says how many were dropped. A list keeps the newest records that are young enough.
-- KEYS: 1 the record, 2… lists that it stands in.
-- ARGV: 1 id of the record, 2 how long records are kept in ms, 3 how long ago it happened in ms, 4 writer, 5 number of the note, 6 the fact (JSON), 7 how many first
--       notes are kept, 8 how many newest, 9 the most records of a list.
-- Result: ids of the records that the lists do not hold any more because there were too many: theirs may be deleted.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local at = now - tonumber(ARGV[3])
local keep, head = tonumber(ARGV[2]), tonumber(ARGV[7])
local length = redis.call('RPUSH', KEYS[1], string.format('%.0f', at) .. '|' .. ARGV[4] .. '|' .. ARGV[5] .. '|' .. ARGV[6])
-- From its beginning on, not from its last note: what the city says of its records holds for each of them.
if length == 1 then redis.call('PEXPIRE', KEYS[1], keep) end
if length > head + tonumber(ARGV[8]) then
  local held = redis.call('LINDEX', KEYS[1], head)
  local dropped = string.match(held, '^%d+||0|{"dropped":(%d+)}$')
  if not dropped then
    redis.call('LSET', KEYS[1], head, string.match(held, '^%d+') .. '||0|{"dropped":1}')
  elseif length > head + tonumber(ARGV[8]) + 1 then
    redis.call('LSET', KEYS[1], head, string.match(held, '^%d+') .. '||0|{"dropped":' .. string.format('%.0f', dropped + 1) .. '}')
    redis.call('LSET', KEYS[1], head + 1, '')
    redis.call('LREM', KEYS[1], 1, '')
  end
end

local gone = {}
for i = 2, #KEYS do
  redis.call('ZADD', KEYS[i], 'NX', at, ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', string.format('%.0f', now - keep))
  local most = tonumber(ARGV[9])
  if redis.call('ZCARD', KEYS[i]) > most then
    for _, id in ipairs(redis.call('ZRANGE', KEYS[i], 0, -most - 1)) do gone[#gone + 1] = id end
    redis.call('ZREMRANGEBYRANK', KEYS[i], 0, -most - 1)
  end
  redis.call('PEXPIRE', KEYS[i], keep)
end
return gone

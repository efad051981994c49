-- Plans the drain of a host, in place of one that was planned before; or puts one back where there is none any more. Rows of drains that are over are cleared away.
-- With: drains, events.
-- KEYS: 1 drains, 2 events.
-- ARGV: 1 doorbell, 2 host, 3 from in ms, 4 until in ms ('' = until it is taken back), 5 the row (JSON), 6 who, 7 why, 8 '1' = it is put back: the store has lost it.
-- Result: { 1, the row before ('' = none) }, or { 0 } when it would be over already, or is put back and there is one.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[4] ~= '' and tonumber(ARGV[4]) <= now then return { 0 } end
if ARGV[8] == '1' and redis.call('HEXISTS', KEYS[1], ARGV[2]) == 1 then return { 0 } end
local rows = redis.call('HGETALL', KEYS[1])
local before = ''
for i = 1, #rows, 2 do
  local _, ends = drain_of(rows[i + 1])
  if rows[i] == ARGV[2] then
    if not (ends and ends <= now) then before = rows[i + 1] end
  elseif ends and ends <= now then
    redis.call('HDEL', KEYS[1], rows[i])
  end
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[5])
announce(KEYS[2], ARGV[1], 'host-drain-planned', 'host', ARGV[2], 'from', ARGV[3], 'until', ARGV[4], 'by', ARGV[6], 'why', ARGV[7])
return { 1, before }

-- Finds a sign-in for the station that it was made at, and keeps it alive, never past its longest life.
-- KEYS: 1 sign-in, 2 refreshed.
-- ARGV: 1 station, 2 life in ms without a call.
-- Result: field, value, field, value …, with 'age' = how old its rights are in ms, and 'mark' = the newest refresh that concerns it, later than its
--         rights, else 0; {} when there is none, or it is another station's.
if redis.call('HGET', KEYS[1], 'station') ~= ARGV[1] then return {} end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if redis.call('HEXISTS', KEYS[1], 'closed') == 0 then
  local left = redis.call('HGET', KEYS[1], 'until') - now
  redis.call('PEXPIRE', KEYS[1], math.max(1, math.min(left, tonumber(ARGV[2]))))
end
local rights = tonumber(redis.call('HGET', KEYS[1], 'rights') or 0)
local mark = 0
for _, whose in ipairs(redis.call('HMGET', KEYS[2], '*', redis.call('HGET', KEYS[1], 'person'))) do
  mark = math.max(mark, tonumber(whose or 0))
end
local row = redis.call('HGETALL', KEYS[1])
row[#row + 1] = 'age'
row[#row + 1] = string.format('%.0f', math.max(0, now - rights))
row[#row + 1] = 'mark'
row[#row + 1] = mark >= rights and string.format('%.0f', mark) or '0'
return row

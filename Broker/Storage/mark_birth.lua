-- Says when the store began, and notes it when somebody remembers an earlier beginning: then the store was emptied, or a new one was put in its place.
-- KEYS: 1 when the store began, 2 when it was last found emptied.  ARGV: 1 the beginning that the caller remembers, ms; 0 = none.
-- Result: { ms since 1970 when it began, 1 = it is another than the caller remembers }.
local began = tonumber(redis.call('GET', KEYS[1]))
if not began then
  local t = redis.call('TIME')
  began = t[1] * 1000 + math.floor(t[2] / 1000)
  redis.call('SET', KEYS[1], string.format('%.0f', began))
end
local another = ARGV[1] ~= '0' and tonumber(ARGV[1]) ~= began
if another then redis.call('SET', KEYS[2], string.format('%.0f', began)) end
return { began, another and 1 or 0 }

-- Keeps a profile's new text, with its line in the history, if the profile still is what the change was decided on.
-- What an older broker kept under another spelling of the login moves here first, where nothing is here yet.
-- KEYS: 1 profile, 2 history; 3 and 4 the same under the other spelling (missing = there is none).
-- ARGV: 1 the text that was read ('' = none), 2 the new text, 3 lines kept in the history, 4 the new line, without its time (missing = nothing for the history).
-- Result: {1} kept; {0, text} the profile has changed meanwhile, and this is it.
if KEYS[3] and redis.call('EXISTS', KEYS[1]) == 0 and redis.call('EXISTS', KEYS[3]) == 1 then
  redis.call('RENAME', KEYS[3], KEYS[1])
  if redis.call('EXISTS', KEYS[4]) == 1 then redis.call('RENAME', KEYS[4], KEYS[2]) end
end
local now = redis.call('GET', KEYS[1]) or ''
if now ~= ARGV[1] then return {0, now} end
redis.call('SET', KEYS[1], ARGV[2])
if ARGV[4] then
  local t = redis.call('TIME')
  redis.call('RPUSH', KEYS[2], string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000)) .. ' ' .. ARGV[4])
  redis.call('LTRIM', KEYS[2], -ARGV[3], -1)
end
return {1}

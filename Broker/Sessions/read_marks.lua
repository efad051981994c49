-- Reads what tells whether sessions have changed: cheaper than reading them, for many that have not.
-- KEYS: the sessions.
-- ARGV: none.
-- Result: for each 'fence revision', in their order; ' ' for one that is not there.
local marks = {}
for i, key in ipairs(KEYS) do
  local s = redis.call('HMGET', key, 'fence', 'revision')
  marks[i] = (s[1] or '') .. ' ' .. (s[2] or '')
end
return marks

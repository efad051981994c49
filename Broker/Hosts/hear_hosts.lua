-- Reads when some hosts were heard.
-- KEYS: for each host its board.
-- ARGV: none.
-- Result: for each host seen in ms, cut off in ms; '' for what is not known.
local heard = {}
for i = 1, #KEYS do
  local board = redis.call('HMGET', KEYS[i], 'seen', 'detached')
  heard[#heard + 1] = board[1] or ''
  heard[#heard + 1] = board[2] or ''
end
return heard

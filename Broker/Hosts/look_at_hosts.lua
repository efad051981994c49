-- Reads of some hosts what choosing among them needs, in numbers: nothing grows with the people who are there.
-- With: strays.
-- KEYS: for each host: board, seats.
-- ARGV: 1 account that may hold a seat there ('' = nobody is meant), 2 '1' = the tally is wanted.
-- Result: for each host { seats held, of those shown by the last report, 1 = the account holds one, seen in ms, cut off in ms, boot id, certificate SHA-256, load per core, share of memory used,
--   accounts whose session runs there without a seat (a line each, as reported), tally (JSON) }; '' for what is not known, all of it where no agent has ever reported.
local hosts = {}
for i = 1, #KEYS, 2 do
  local board = redis.call('HMGET', KEYS[i], 'seen', 'detached', 'boot', 'certificate', 'load', 'memory', 'strays', 'tally', 'shown', 'counted')
  -- The last report may have been taken by a broker of before, which counts nothing.
  local counted = board[10] and board[10] == board[1]
  local shown, strays = counted and tonumber(board[9]) or 0, {}
  for line in string.gmatch(counted and board[7] or '', '[^\n]+') do
    -- Its seat was found, or given anew, since the report.
    if redis.call('HEXISTS', KEYS[i + 1], account_of(line)) == 1 then shown = shown + 1 else strays[#strays + 1] = line end
  end
  hosts[#hosts + 1] = { redis.call('HLEN', KEYS[i + 1]), shown, ARGV[1] ~= '' and redis.call('HEXISTS', KEYS[i + 1], ARGV[1]) or 0,
    board[1] or '', board[2] or '', board[3] or '', board[4] or '', board[5] or '', board[6] or '', table.concat(strays, '\n'), counted and ARGV[2] == '1' and board[8] or '' }
end
return hosts

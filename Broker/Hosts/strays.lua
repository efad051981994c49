-- A prelude: seats beside a report, for every script that says "With: strays."
-- KEYS: none of its own: the function is given them.
-- ARGV: none of its own.
-- Result: none.

-- An account in a line of a report, or of strays: after a tab may come the tenant of the person whom the agent let in.
local function account_of(line)
  return string.match(line, '^[^\t]*')
end

-- Notes on a board how many of the seats (account, session id, …) the report shows, and which of its accounts (a line each) hold none.
-- 'sessions' is for brokers of before, which look for strays in it.
local function count_shown(board, seats, accounts)
  local holds, counted, shown, strays, rows = {}, {}, 0, {}, {}
  for i = 1, #seats, 2 do holds[seats[i]] = true end
  for line in string.gmatch(accounts, '[^\n]+') do
    local account = account_of(line)
    -- One account may be there twice.
    if not counted[account] then
      counted[account] = true
      if holds[account] then
        shown = shown + 1
      else
        strays[#strays + 1] = line
        rows[#rows + 1] = '{"User":' .. cjson.encode(account) .. '}'
      end
    end
  end
  redis.call('HSET', board, 'shown', shown, 'strays', table.concat(strays, '\n'), 'sessions', '[' .. table.concat(rows, ',') .. ']')
end

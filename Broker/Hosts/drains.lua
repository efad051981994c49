-- A prelude: rows of drains, for every script that says "With: drains."
-- KEYS: none of its own.
-- ARGV: none of its own.
-- Result: none.

-- A moment in ms that a calendar has.
local function is_moment(ms)
  return type(ms) == 'number' and ms % 1 == 0 and ms >= -62135596800000 and ms < 253402300800000
end

-- When a drain begins, and when its host takes people again by itself (nil = never), in ms. One that nobody can read holds from ever on, until somebody decides anew, and fails no script: as DrainBook.Of.
local function drain_of(row)
  local whole, drain = pcall(cjson.decode, row)
  if not whole or type(drain) ~= 'table' then return 0 end
  local word = drain.unreadable
  if word ~= nil and word ~= false and word ~= cjson.null then return 0 end
  local from, grace, ends = drain.from, drain.grace, drain['until']
  if ends == cjson.null then ends = nil end
  if not is_moment(from) or not is_moment(grace) or grace < 0 or not is_moment(from + grace) or not (ends == nil or is_moment(ends)) then return 0 end
  if type(drain.by) ~= 'string' or type(drain.why) ~= 'string' then return 0 end
  return from, ends
end

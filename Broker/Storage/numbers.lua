-- A prelude: the store's clock, rows' revisions and the farm's counter, for every script that says "With: numbers".
-- KEYS: none of its own: each function is given the counter.
-- ARGV: none of its own.
-- Result: none. `now` is the store's time in ms, `micros` in µs.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local micros = clock[1] * 1000000 + clock[2]

-- Whole digits: Lua would shorten what is as long as a µs.
local function digits(number)
  return string.format('%.0f', number)
end

-- The revision that follows `before` (nil or false = none: of a new row), in digits. From the clock, so that a store that was killed and has lost its last writes does not give one again, for another change.
local function next_revision(before)
  return digits(math.max(tonumber(before or 0) + 1, micros))
end

-- A number above all that were given, and above `told`. Numbers only grow, also over a failover that lost the last ones or an emptied store: never behind the clock.
local function next_number(counter, told)
  local number = math.max(tonumber(redis.call('GET', counter) or 0) + 1, (told or 0) + 1, micros)
  redis.call('SET', counter, digits(number))
  return number
end

-- Can a broker have given that number? Not when it is further ahead of the clock than `ahead` µs, unless the counter is as far.
local function is_believable(counter, told, ahead)
  return told <= math.max(tonumber(redis.call('GET', counter) or 0), micros + ahead)
end

-- The counter follows a number that somebody was told, so that it is not given twice.
local function keep_up(counter, told)
  if told > tonumber(redis.call('GET', counter) or 0) then redis.call('SET', counter, digits(told)) end
end

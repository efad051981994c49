-- Puts back what a broker remembers and the store has lost. Rows are never taken away, and each is later than the one before: one that is missing, or older than what was remembered, was lost
-- (the store was emptied, or is a copy of before), and so was one whose time nobody can read. What the store has of the same time or later stands, also where the caller cannot read the rest of a later one.
-- With: events.
-- KEYS: 1 standings, 2 events.
-- ARGV: 1 doorbell, then for each: station, its row (JSON), '1' = the caller could not read what is there: of the same time, what it remembers is that very decision.
-- Result: { how many were missing, how many were older, or could not be read }.

-- When it was decided, in ms; nil = nobody can read it. As StandingRow.TimeOf.
local function decided(row)
  local whole, standing = pcall(cjson.decode, row)
  local at = whole and type(standing) == 'table' and standing.at
  return type(at) == 'number' and at >= 0 and at < 253402300800000 and at % 1 == 0 and at or nil
end

local missing, older = 0, 0
for i = 2, #ARGV, 3 do
  local row, remembered = redis.call('HGET', KEYS[1], ARGV[i]), cjson.decode(ARGV[i + 1]).at
  local at = row and decided(row)
  if not at or at < remembered or (at == remembered and ARGV[i + 2] == '1') then
    if row then older = older + 1 else missing = missing + 1 end
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    announce(KEYS[2], ARGV[1], 'station-put-back', 'station', ARGV[i])
  end
end
return { missing, older }

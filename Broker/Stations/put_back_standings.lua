-- Puts back what a broker remembers and the store has lost. Rows are never taken away, and each is later than the one before: one that is missing, or older than what was remembered, was lost
-- (the store was emptied, or is a copy of before). What the store has of the same time or later stands.
-- KEYS: 1 standings, 2 events.
-- ARGV: 1 doorbell, then 2n station, 2n+1 its row (JSON).
-- Result: { how many were missing, how many were older }.
local missing, older = 0, 0
for i = 2, #ARGV, 2 do
  local row = redis.call('HGET', KEYS[1], ARGV[i])
  local lost = not row or cjson.decode(row).at < cjson.decode(ARGV[i + 1]).at
  if lost then
    if row then older = older + 1 else missing = missing + 1 end
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', 100000, '*', 'kind', 'station-put-back', 'station', ARGV[i])
  end
end
if missing + older > 0 then redis.call('PUBLISH', ARGV[1], 'station-put-back') end
return { missing, older }

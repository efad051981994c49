-- Puts back what a broker remembers and the store has lost: rows are never taken away, so one that is missing was lost. What the store has stands.
-- KEYS: 1 standings, 2 events.
-- ARGV: 1 doorbell, then 2n station, 2n+1 its row (JSON).
-- Result: how many were put back.
local put = 0
for i = 2, #ARGV, 2 do
  if redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) == 1 then
    put = put + 1
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', 100000, '*', 'kind', 'station-put-back', 'station', ARGV[i])
  end
end
if put > 0 then redis.call('PUBLISH', ARGV[1], 'station-put-back') end
return put

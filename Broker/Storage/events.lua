-- A prelude: tells the farm of an event, for every script that says "With: events".
-- KEYS: none of its own: the function is given the stream.
-- ARGV: none of its own: the function is given the doorbell.
-- Result: none.

-- Who hears the bell waits a breath (10 ms, FarmEvents) and reads all that there is: one ring for all events of 5 ms is enough, and a crowd's events are not a message each for every broker.
-- A clock that stands behind the stream's last entry (a new master) says nothing of the time between two: then each rings.
local function announce(events, doorbell, kind, ...)
  local before = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
  local id = redis.call('XADD', events, 'MAXLEN', '~', 100000, '*', 'kind', kind, ...)
  local at, clock = tonumber(string.match(id, '^%d+')), redis.call('TIME')
  if before and at <= clock[1] * 1000 + math.floor(clock[2] / 1000) and math.floor(string.match(before[1], '^%d+') / 5) == math.floor(at / 5) then return end
  redis.call('PUBLISH', doorbell, kind)
end

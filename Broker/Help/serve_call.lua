-- Somebody of the helpdesk takes an open call, or closes it, with its event in the farm's stream.
-- With: events.
-- KEYS: 1 open calls, 2 who has called from where, 3 events.
-- ARGV: 1 doorbell, 2 number of the call, 3 'take' | 'close', 4 who does it.
-- Result: 'done' | 'taken NAME' (somebody else has it: they close it, or it is taken from them by closing) | 'unknown'.
local open = redis.call('HGET', KEYS[1], ARGV[2])
if not open then return 'unknown' end
local call = cjson.decode(open)
local kind = 'help-taken'
if ARGV[3] == 'take' then
  if call.taker and call.taker ~= ARGV[4] then return 'taken ' .. call.taker end
  if call.taker then return 'done' end
  local t = redis.call('TIME')
  call.taker, call.taken = ARGV[4], t[1] * 1000 + math.floor(t[2] / 1000)
  redis.call('HSET', KEYS[1], ARGV[2], cjson.encode(call))
else
  kind = 'help-closed'
  redis.call('HDEL', KEYS[1], ARGV[2])
  local caller = call.person .. ' ' .. call.station
  if redis.call('HGET', KEYS[2], caller) == ARGV[2] then redis.call('HDEL', KEYS[2], caller) end
end
announce(KEYS[3], ARGV[1], kind, 'call', ARGV[2], 'person', call.person, 'station', call.station, 'by', ARGV[4])
return 'done'

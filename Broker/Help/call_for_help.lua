-- Takes a call for help in, with its event in the farm's stream. Who has called from a station and was not served yet has called once, however often they press: the same call is given again, with the desktop of now.
-- With: events.
-- KEYS: 1 open calls, 2 who has called from where, 3 when this station has called lately, 4 the last number, 5 events.
-- ARGV: 1 doorbell, 2 person, 3 station, 4 the call (JSON, without number, time and taker), 5 most new calls of a station, 6 within so many ms, 7 how long calls are kept in ms,
--       8 session ('' = none), 9 host, 10 pool, 11 id of the sign-in's record.
-- Result: number of the call; 0 = too many calls of this station.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local caller = ARGV[2] .. ' ' .. ARGV[3]
local call = cjson.decode(ARGV[4])
local number = redis.call('HGET', KEYS[2], caller)
local open = number and redis.call('HGET', KEYS[1], number)
local whole, known = pcall(cjson.decode, open or '')
-- What nobody can read nobody has been shown: the call is a new one.
if open and not (whole and type(known) == 'table' and type(known.at) == 'number') then
  redis.call('HDEL', KEYS[1], number)
  open = false
end
if open then
  call.at, call.taker, call.taken = known.at, known.taker, known.taken
else
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - ARGV[6])
  if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[5]) then return 0 end
  number = redis.call('INCR', KEYS[4])
  redis.call('ZADD', KEYS[3], now, number)
  redis.call('PEXPIRE', KEYS[3], ARGV[6])
  call.at = now
end
redis.call('HSET', KEYS[1], number, cjson.encode(call))
redis.call('HSET', KEYS[2], caller, number)
redis.call('PEXPIRE', KEYS[1], ARGV[7])
redis.call('PEXPIRE', KEYS[2], ARGV[7])
if not open then
  announce(KEYS[5], ARGV[1], 'help-called', 'call', number, 'person', ARGV[2], 'station', ARGV[3], 'session', ARGV[8], 'host', ARGV[9], 'pool', ARGV[10], 'record', ARGV[11])
end
return tonumber(number)

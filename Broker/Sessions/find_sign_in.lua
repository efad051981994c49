-- Finds a sign-in for the station that it was made at, and keeps it alive, never past its longest life.
-- KEYS: 1 sign-in.
-- ARGV: 1 station, 2 life in ms without a call.
-- Result: field, value, field, value …; {} when there is none, or it is another station's.
if redis.call('HGET', KEYS[1], 'station') ~= ARGV[1] then return {} end
if redis.call('HEXISTS', KEYS[1], 'closed') == 0 then
  local t = redis.call('TIME')
  local left = redis.call('HGET', KEYS[1], 'until') - (t[1] * 1000 + math.floor(t[2] / 1000))
  redis.call('PEXPIRE', KEYS[1], math.max(1, math.min(left, tonumber(ARGV[2]))))
end
return redis.call('HGETALL', KEYS[1])

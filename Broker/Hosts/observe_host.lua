-- Writes what an agent said of its host, and reads in the same step what has changed of what is believed of it. An emptied store knows of no stream that speaks for the host: the one that reports is its voice.
-- With: strays.
-- KEYS: 1 board, 2 seats of the host, 3 drains, then the sessions that were read before.
-- ARGV: 1 link, 2 boot id, 3 certificate SHA-256 (hex), 4 load per core, 5 share of memory used, 6 accounts of the sessions that run there (a line each, after a tab the tenant that the agent knows), 7 host, 8 digest of the seats that were read before ('' = none),
--       9 tally of the sessions (JSON), then the marks of the sessions that were read before: 'fence revision phase'.
-- Result: { now in ms, boot id before ('' = none), what was noted of sessions without a seat ('' = nothing), drain (JSON, nil = none), digest of the seats,
--   { account, session id, … } of the seats, empty when they are those that were read before,
--   { which of the sessions (from 1), { field, value, … }, … } of those that have changed: no field of one that is not there }, or {} when another stream speaks for the host.
local link = redis.call('HGET', KEYS[1], 'link')
if link and link ~= ARGV[1] then return {} end
local before = redis.call('HMGET', KEYS[1], 'boot', 'noted')
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)

local seats = redis.call('HGETALL', KEYS[2])
redis.call('HSET', KEYS[1], 'link', ARGV[1], 'seen', now, 'counted', now, 'boot', ARGV[2], 'certificate', ARGV[3], 'load', ARGV[4], 'memory', ARGV[5], 'tally', ARGV[9])
count_shown(KEYS[1], seats, ARGV[6])
redis.call('HDEL', KEYS[1], 'detached')

local changed = {}
for i = 4, #KEYS do
  local s = redis.call('HMGET', KEYS[i], 'fence', 'revision', 'phase')
  if (s[1] or '') .. ' ' .. (s[2] or '') .. ' ' .. (s[3] or '') ~= ARGV[i + 6] then
    changed[#changed + 1] = i - 3
    changed[#changed + 1] = redis.call('HGETALL', KEYS[i])
  end
end
local digest = redis.sha1hex(table.concat(seats, '\n'))
return { now, before[1] or '', before[2] or '', redis.call('HGET', KEYS[3], ARGV[7]), digest, digest == ARGV[8] and {} or seats, changed }

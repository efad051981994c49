-- Writes what an agent said of its host. An emptied store knows of no stream that speaks for the host: the one that reports is its voice.
-- KEYS: 1 board.
-- ARGV: 1 link, 2 boot id, 3 certificate SHA-256 (hex), 4 load per core, 5 share of memory used, 6 sessions (JSON).
-- Result: { now in ms, boot id before ('' = none), what was noted of sessions without a seat ('' = nothing) }, or {} when another stream speaks for the host.
local link = redis.call('HGET', KEYS[1], 'link')
if link and link ~= ARGV[1] then return {} end
local before = redis.call('HMGET', KEYS[1], 'boot', 'noted')
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('HSET', KEYS[1], 'link', ARGV[1], 'seen', now, 'boot', ARGV[2], 'certificate', ARGV[3], 'load', ARGV[4], 'memory', ARGV[5], 'sessions', ARGV[6])
redis.call('HDEL', KEYS[1], 'detached')
return { now, before[1] or '', before[2] or '' }

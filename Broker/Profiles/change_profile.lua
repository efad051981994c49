-- Keeps a profile's new text, with its line in the history, if the profile still is what the change was decided on.
-- KEYS: 1 profile, 2 history.
-- ARGV: 1 the text that was read ('' = none), 2 the new text, 3 entries kept in the history, then the entry's field, value, field, value … (none = nothing for the history).
-- Result: {1} kept; {0, text} the profile has changed meanwhile, and this is it.
local now = redis.call('GET', KEYS[1]) or ''
if now ~= ARGV[1] then return {0, now} end
redis.call('SET', KEYS[1], ARGV[2])
if ARGV[4] then redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[3], '*', unpack(ARGV, 4)) end
return {1}

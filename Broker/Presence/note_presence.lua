-- Notes how a station is, while the stream by which it says so is its newest.
-- With: numbers.
-- KEYS: 1 presences.
-- ARGV: 1 station, 2 stream, 3 'attached', 'tells' or 'gone', 4 what it says (JSON; '' = what it said last).
-- A row is stream|state|since|heard|what it says, times in ms.
-- Result: 1 noted; 0 another stream speaks for it.
local stream, state, since, heard, said = string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '', '^([^|]*)|([^|]*)|(%d+)|(%d+)|(.*)$')
if ARGV[3] ~= 'attached' and stream ~= ARGV[2] then return 0 end
if ARGV[3] ~= 'tells' then since = digits(now) end
if ARGV[3] ~= 'gone' then heard = digits(now) end
local what = ARGV[4] ~= '' and ARGV[4] or said or '{}'
redis.call('HSET', KEYS[1], ARGV[1], table.concat({ ARGV[2], ARGV[3] == 'gone' and 'gone' or 'attached', since, heard, what }, '|'))
return 1

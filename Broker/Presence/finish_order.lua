-- Takes a station's word of what became of an order that waits for it. The first word counts.
-- With: numbers, orders, events.
-- KEYS: 1 the station's orders, 2 their outcomes, 3 events.
-- ARGV: 1 doorbell, 2 station, 3 the order's number, 4 what became of it, in a word, 5 text.
-- Result: 1 taken; 0 no such order waits for that station.
local row = redis.call('HGET', KEYS[1], ARGV[3])
if not row then return 0 end
local _, put, act, by = read_order(row)
redis.call('HDEL', KEYS[1], ARGV[3])
keep_outcome(KEYS[2], ARGV[3], put, act, by, ARGV[4], ARGV[5])
announce(KEYS[3], ARGV[1], 'order-ended', 'station', ARGV[2], 'order', ARGV[3], 'act', act, 'by', by, 'outcome', ARGV[4])
return 1

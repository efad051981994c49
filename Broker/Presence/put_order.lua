-- Leaves an order for a station: it waits until the station has said what became of it, or too long.
-- With: numbers, orders, events.
-- KEYS: 1 counter, 2 the station's orders, 3 their outcomes, 4 events.
-- ARGV: 1 doorbell, 2 station, 3 the order (bytes), 4 who gives it, 5 what it is, in a word, 6 how long it may wait in ms, 7 how many may wait.
-- Result: its number; 0 = too many wait already.
if #pending_orders(KEYS[2], KEYS[3]) / 2 >= tonumber(ARGV[7]) then return '0' end
local id = digits(next_number(KEYS[1]))
redis.call('HSET', KEYS[2], id, table.concat({ digits(now + ARGV[6]), digits(now), ARGV[5], ARGV[4], ARGV[3] }, '|'))
redis.call('PEXPIRE', KEYS[2], kept_for)
announce(KEYS[4], ARGV[1], 'order-given', 'station', ARGV[2], 'order', id, 'act', ARGV[5], 'by', ARGV[4])
return id

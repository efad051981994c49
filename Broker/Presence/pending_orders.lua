-- Reads the orders that wait for a station; those that have waited too long have their outcome.
-- With: numbers, orders.
-- KEYS: 1 the station's orders, 2 their outcomes.
-- ARGV: none.
-- Result: { id, order (bytes), id, order … }, in no order.
return pending_orders(KEYS[1], KEYS[2])

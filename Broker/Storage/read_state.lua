-- Reads what the store says of itself.
-- KEYS: none.
-- ARGV: none.
-- Result: the text of INFO, lines of name:value.
return redis.call('INFO')

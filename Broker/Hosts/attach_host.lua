-- Makes one stream the voice of a host; the stream that spoke for it before is stale from now on.
-- KEYS: 1 board.  ARGV: 1 link (random id of the stream).
-- Result: nothing.
redis.call('HSET', KEYS[1], 'link', ARGV[1])
redis.call('HDEL', KEYS[1], 'detached')

-- A prelude: how a session ends, for every script that says "With: numbers, uses, ends": its row stays for a while, what it held is given back.
-- KEYS: none of its own: the function is given them.
-- ARGV: none of its own.
-- Result: none.

-- `it` names keys: row, seats (of its host), desktops (of its person), uses (of its pool: use and shares), releases (when its pool's seats came free; nil = it makes way for another of
-- the same person, and nobody who waits is nearer to a seat); and values: id, user, pool, memory (ms).
local function finish_session(phase, it)
  local was = redis.call('HMGET', it.row, 'phase', 'revision')
  redis.call('HSET', it.row, 'before', was[1], 'phase', phase, 'phase_since', now, 'lease', 0, 'revision', next_revision(was[2]))
  redis.call('PEXPIRE', it.row, it.memory)
  leave_pool(it.uses, it.id)
  if redis.call('HGET', it.seats, it.user) == it.id then
    redis.call('HDEL', it.seats, it.user)
    if it.releases then
      redis.call('LPUSH', it.releases, digits(now))
      redis.call('LTRIM', it.releases, 0, 63)
    end
  end
  if redis.call('HGET', it.desktops, it.pool) == it.id then redis.call('HDEL', it.desktops, it.pool) end
end

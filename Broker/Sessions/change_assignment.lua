-- Gives a person a host or a machine of a pool for good, takes it, or puts another in its place. What runs is not touched: a running desktop is the person's until it ends.
-- With: events.
-- KEYS: 1 assignments of the pool, 2 the person's desktops, 3 the session that is their desktop there (any key when there is none), 4 events.
-- ARGV: 1 doorbell, 2 person, 3 pool, 4 'give', 'take' or 'move', 5 host wanted ('' with take), 6 how many people may own a place there ('' = no bound),
--       7 id of the person's desktop in the pool as it was read ('' = none), 8 '1' = also while it runs elsewhere, 9 who changes it.
-- Result: { 'done', host before } | { 'none' } (nothing is assigned to them) | { 'has', host } (give: they have one already; move: it is that one) | { 'full' } |
--         { 'runs', host, session } | { 'changed' } (their desktop is another one by now: read it again).
local person, verb, wanted = ARGV[2], ARGV[4], ARGV[5]
local before = redis.call('HGET', KEYS[1], person) or ''
if verb == 'give' and before ~= '' then return { 'has', before } end
if verb ~= 'give' and before == '' then return { 'none' } end
if verb == 'move' and before == wanted then return { 'has', before } end
if (redis.call('HGET', KEYS[2], ARGV[3]) or '') ~= ARGV[7] then return { 'changed' } end
if ARGV[7] ~= '' and ARGV[8] ~= '1' then
  local s = redis.call('HMGET', KEYS[3], 'phase', 'host')
  local over = not s[1] or s[1] == 'ended' or s[1] == 'lost' or s[1] == 'expired'
  if not over and s[2] ~= wanted then return { 'runs', s[2], ARGV[7] } end
end
if ARGV[6] ~= '' then
  local owners = 0
  for _, owned in ipairs(redis.call('HVALS', KEYS[1])) do
    if owned == wanted then owners = owners + 1 end
  end
  if owners >= tonumber(ARGV[6]) then return { 'full' } end
end
if verb == 'take' then redis.call('HDEL', KEYS[1], person) else redis.call('HSET', KEYS[1], person, wanted) end
announce(KEYS[4], ARGV[1], 'assignment-' .. (verb == 'give' and 'given' or verb == 'take' and 'taken' or 'moved'), 'person', person,
  'pool', ARGV[3], 'host', wanted, 'before', before, 'by', ARGV[9])
return { 'done', before }

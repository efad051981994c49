-- Keeps the places of people who wait at one broker, gives new ones, and says who waits in all. Who has not been heard of for the patience gives their place up:
-- their station or its broker is dead. When nobody has looked at all for half of it, the store was away, and everybody's patience begins anew.
-- With: numbers, uses, events.
-- KEYS: 1 queue, 2 who waits in it, 3 counter, 4 events, 5 use of the pool, 6 when its seats came free, 7 its shares.
-- ARGV: 1 doorbell, 2 pool, 3 patience in ms, then for each who waits here: person, '1' = before all who lost nothing, tenant, station, sign-in number, hosts that may be theirs ('' = all, ',' = none).
-- A row is tenant|station|sign-in number|hosts|since|seen; the row '*' says when somebody looked last. Of two sign-ins of a person the newer keeps the place.
-- A row that cannot be read hurts nobody: it is written anew as if its person had come just now, their place kept; the broker that has them says the rest with its next look, and if none does they are silent.
-- Result: { now, { person, number, row … }, { tenant, how many sessions of it use the pool, … ('*' = all) }, { ms … }, { person whose row could not be read … } }.
local patience = tonumber(ARGV[3])

local function read(row)
  local tenant, station, serial, hosts, since, seen = string.match(row, '^([^|]*)|([^|]*)|(%d+)|([^|]*)|(%d+)|(%d+)$')
  serial, seen = tonumber(serial), tonumber(seen)
  -- As large as a number of a sign-in, and a moment, can be.
  if not tenant or serial >= 2 ^ 53 or seen >= 253402300800000 or tonumber(since) >= 253402300800000 then return nil end
  return tenant, station, serial, hosts, since, seen
end

local function write(person, tenant, station, serial, hosts, since)
  local row = table.concat({ tenant, station, digits(serial), hosts, since, digits(now) }, '|')
  redis.call('HSET', KEYS[2], person, row)
  return row
end

local looked = tonumber(redis.call('HGET', KEYS[2], '*') or now) or now
local unread = {}
local function anew(person)
  unread[#unread + 1] = person
  return write(person, string.match(person, '^[^/|]*'), '', 0, '', digits(now))
end

for i = 4, #ARGV, 6 do
  local person, serial = ARGV[i], tonumber(ARGV[i + 4])
  local row = redis.call('HGET', KEYS[2], person)
  local held, since, _
  if row then _, _, held, _, since = read(row) end
  if row and not held then _, _, held, _, since = read(anew(person)) end
  if not row then
    local number = next_number(KEYS[3])
    redis.call('ZADD', KEYS[1], digits(ARGV[i + 1] == '1' and number - 1e15 or number), person)
    since = digits(now)
    announce(KEYS[4], ARGV[1], 'queue-joined', 'person', person, 'pool', ARGV[2], 'station', ARGV[i + 3])
  end
  if not row or held <= serial then write(person, ARGV[i + 2], ARGV[i + 3], serial, ARGV[i + 5], since) end
end

local rows = {}
local all = redis.call('HGETALL', KEYS[2])
for i = 1, #all, 2 do
  local person = all[i]
  if person ~= '*' then
    local row = all[i + 1]
    local tenant, station, serial, hosts, since, seen = read(row)
    if not tenant then
      row = anew(person)
      tenant, station, serial, hosts, since, seen = read(row)
    end
    if now - looked > patience / 2 then
      row = write(person, tenant, station, serial, hosts, since)
    elseif now - seen > patience then
      redis.call('ZREM', KEYS[1], person)
      redis.call('HDEL', KEYS[2], person)
      announce(KEYS[4], ARGV[1], 'queue-left', 'person', person, 'pool', ARGV[2], 'station', station, 'cause', 'silent')
      person = nil
    end
    if person then
      rows[#rows + 1] = person
      rows[#rows + 1] = redis.call('ZSCORE', KEYS[1], person)
      rows[#rows + 1] = row
    end
  end
end
if #rows > 0 then redis.call('HSET', KEYS[2], '*', digits(now)) else redis.call('DEL', KEYS[2]) end
local uses = { use = KEYS[5], shares = KEYS[7] }
settle_shares(uses)
local shares = redis.call('HGETALL', KEYS[7])
for i = 2, #shares, 2 do
  -- What is no number of seats is counted anew.
  if not string.match(shares[i], '^%d%d?%d?%d?%d?%d?%d?$') then
    redis.call('DEL', KEYS[7])
    settle_shares(uses)
    shares = redis.call('HGETALL', KEYS[7])
    break
  end
end
return { now, rows, shares, redis.call('LRANGE', KEYS[6], 0, -1), unread }

-- Counts tries of passwords, as Broker/Domain/Directory/Lockout.cs says: 'begin' asks whether one may be made and counts it, 'look' asks only
-- whether the station pauses, the others settle it. Who is newly locked, or which station newly pauses, is an event, once, and stands among the lockouts until it is over.
-- With: events.
-- KEYS: 1 the person's tries at this station, 2 the station's, 3 the person's everywhere, 4 lockouts, 5 events.
-- ARGV: 1 doorbell, 2 'begin' | 'look' | 'failed' | 'passed' | 'unanswered' | 'unknown', 3 the try's id, 4 digest of the name, 5 station, 6 the person's id ('' = not known),
--       7 now in ms ('0' = the store's clock), then the policy, times in ms: 8 tries here, 9 within, 10 pause, 11 tries at the station, 12 within,
--       13 first pause, 14 tries everywhere, 15 within, 16 pause, 17 longest pause of a station, 18 calm that forgives it, 19 stations that it takes
--       for everywhere, 20 most tries that count from one.
-- Result: { 'go' | 'here' | 'everywhere' | 'station', ms until the next try, now in ms, then the names of what is newly locked }.
local verb, id, digest, station, person = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local now = tonumber(ARGV[7])
if now == 0 then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local names = { 'here', 'station', 'everywhere' }
local member = { here = 'here ' .. digest .. ' ' .. station, station = 'station ' .. station, everywhere = 'everywhere ' .. digest }
local rules, ledgers, told = {}, {}, {}

for i, name in ipairs(names) do
  local row = redis.call('HMGET', KEYS[i], 'tries', 'step', 'calm', 'told', 'person')
  local ledger = { there = row[2], tries = {}, step = tonumber(row[2] or 0), calm = tonumber(row[3] or 0), told = row[4], person = row[5] }
  for one, at, of in string.gmatch(row[1] or '', '([^ ;]+) (%d+) ([^;]*);') do
    table.insert(ledger.tries, { id = one, at = tonumber(at), of = of })
  end
  ledgers[name] = ledger
  rules[name] = { key = KEYS[i], tries = tonumber(ARGV[5 + i * 3]), within = tonumber(ARGV[6 + i * 3]), pause = tonumber(ARGV[7 + i * 3]) }
end

-- When the lock that a ledger makes is over; nil = it makes none.
local function over(name)
  local ledger, rule = ledgers[name], rules[name]
  if #ledger.tries < rule.tries then return nil end
  local pause = rule.pause
  if name == 'station' then pause = math.min(pause * 2 ^ math.min(ledger.step, 20), tonumber(ARGV[17])) end
  if name == 'everywhere' then
    local seen, stations = {}, 0
    for _, one in ipairs(ledger.tries) do
      if not seen[one.of] then stations = stations + 1 end
      seen[one.of] = true
    end
    if stations < tonumber(ARGV[19]) then return nil end
  end
  return ledger.tries[#ledger.tries].at + pause
end

local function drop(name, goes)
  local kept = {}
  for _, one in ipairs(ledgers[name].tries) do
    if not goes(one) then table.insert(kept, one) end
  end
  ledgers[name].tries = kept
end

local function forget(name)
  local ledger, over_at = ledgers[name], over(name)
  if over_at and now < over_at then return end
  if over_at then
    ledger.tries = {}
    if name == 'station' then ledger.step, ledger.calm = ledger.step + 1, over_at + tonumber(ARGV[18]) end
  end
  drop(name, function(one) return one.at + rules[name].within <= now end)
  if now >= ledger.calm then ledger.step, ledger.calm = 0, 0 end
end

local function tell(name)
  local ledger, over_at = ledgers[name], over(name)
  if not over_at or now >= over_at or ledger.told then return end
  ledger.told = '1'
  table.insert(told, name)
  redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now)
  redis.call('ZADD', KEYS[4], over_at, member[name])
  redis.call('PEXPIRE', KEYS[4], math.max(over_at - now, redis.call('PTTL', KEYS[4])))
  if name == 'station' then
    announce(KEYS[5], ARGV[1], 'station-paused', 'station', station, 'for', over_at - now)
  else
    announce(KEYS[5], ARGV[1], 'person-locked', 'person', ledger.person or '', 'name', string.sub(digest, 1, 8),
      'station', name == 'here' and station or '', 'for', over_at - now)
  end
end

local function save(name)
  local ledger, rule = ledgers[name], rules[name]
  if ledger.told and not over(name) then
    ledger.told = false
    redis.call('ZREM', KEYS[4], member[name])
  end
  if ledger.there then redis.call('DEL', rule.key) end
  if #ledger.tries == 0 and ledger.step == 0 then return end
  local text = {}
  for _, one in ipairs(ledger.tries) do table.insert(text, string.format('%s %.0f %s;', one.id, one.at, one.of)) end
  local row = { 'tries', table.concat(text), 'step', ledger.step, 'calm', string.format('%.0f', ledger.calm) }
  if ledger.told then row[7], row[8] = 'told', 1 end
  if ledger.person then row[#row + 1], row[#row + 2] = 'person', ledger.person end
  redis.call('HSET', rule.key, unpack(row))
  local life = math.max(rule.within, rule.pause)
  if name == 'station' then life = math.max(life, tonumber(ARGV[17])) + tonumber(ARGV[18]) end
  redis.call('PEXPIRE', rule.key, life)
end

local verdict, left = 'go', 0
for _, name in ipairs(names) do forget(name) end
if verb == 'begin' or verb == 'look' then
  for _, name in ipairs(verb == 'look' and { 'station' } or { 'here', 'everywhere', 'station' }) do
    local over_at = over(name)
    if over_at then
      if name == 'station' then left = 0 end
      verdict, left = name, math.max(left, over_at - now)
    end
  end
  if verdict == 'go' and verb == 'look' then return { verdict, 0, string.format('%.0f', now) } end
  if verdict == 'go' then
    local counted = 0
    for _, one in ipairs(ledgers.everywhere.tries) do
      if one.of == station then counted = counted + 1 end
    end
    table.insert(ledgers.here.tries, { id = id, at = now, of = '' })
    table.insert(ledgers.station.tries, { id = id, at = now, of = digest })
    if counted < tonumber(ARGV[20]) then table.insert(ledgers.everywhere.tries, { id = id, at = now, of = station }) end
  end
elseif verb == 'passed' then
  drop('here', function() return true end)
  drop('station', function(one) return one.of == digest end)
  drop('everywhere', function(one) return one.of == station end)
elseif verb == 'unanswered' then
  for _, name in ipairs(names) do drop(name, function(one) return one.id == id end) end
elseif verb == 'unknown' then
  for _, name in ipairs({ 'here', 'everywhere' }) do drop(name, function(one) return one.id == id end) end
end
if (verb == 'failed' or verb == 'begin') and person ~= '' then ledgers.here.person, ledgers.everywhere.person = person, person end
if verb == 'failed' or verb == 'unknown' or verdict ~= 'go' then
  for _, name in ipairs(names) do tell(name) end
end
for _, name in ipairs(names) do save(name) end
return { verdict, left, string.format('%.0f', now), unpack(told) }

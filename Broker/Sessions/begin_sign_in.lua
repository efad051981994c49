-- Keeps a fresh sign-in and numbers it: of two sign-ins of one person the greater number holds the desktops. An account name on the hosts belongs to the
-- people of one tenant: the first that used it. The directory beside it is the one that knew them last: a tenant may move to another. Older values name the directory alone:
-- the first of its tenants that uses it takes it over.
-- With: numbers, events.
-- KEYS: 1 counter, 2 sign-in, 3 events, 4 account.
-- ARGV: 1 doorbell, 2 life in ms without a call, 3 person, 4 station, 5 directory/tenant, 6 longest life in ms, 7 '1' = in limited mode,
--       8 how long ago the directory was asked for its rights, in ms, then field, value, field, value …
-- Result: the number, or 0 when the account name belongs to another tenant.
local owner = redis.call('GET', KEYS[4])
if owner ~= ARGV[5] then
  local directory, tenant = string.match(ARGV[5], '^([^/]*)/?(.*)$')
  if owner and owner ~= directory and string.match(owner, '/(.*)$') ~= tenant then return 0 end
  redis.call('SET', KEYS[4], ARGV[5])
else
  -- It may have been given by what a host said.
  redis.call('PERSIST', KEYS[4])
end
local serial = next_number(KEYS[1])
redis.call('HSET', KEYS[2], 'serial', serial, 'person', ARGV[3], 'station', ARGV[4], 'until', now + ARGV[6], 'rights', string.format('%.0f', now - ARGV[8]), 'limited', ARGV[7], unpack(ARGV, 9))
redis.call('PEXPIRE', KEYS[2], ARGV[2])
announce(KEYS[3], ARGV[1], 'signed-in', 'person', ARGV[3], 'station', ARGV[4], 'serial', serial,
  'limited', ARGV[7])
return serial

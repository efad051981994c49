using CsCheck;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>Random keeping, refusing and removing of verifiers on a real Redis, beside a model: what was made before a refusal never comes after it.</summary>
[Collection(RedisCollection.Name)]
public sealed class VerifierModelTests(RedisFixture redis)
{
    private static readonly TimeSpan _old = TimeSpan.FromMinutes(10);
    // Of a sign-in after everything so far, whatever the clock's resolution: the later, the more were before it.
    private static TimeSpan Fresh(int step) => TimeSpan.FromSeconds(-1 - step);
    private static readonly TimeSpan _life = TimeSpan.FromDays(7);
    private static readonly TenantId[] _tenants = [new("drancy"), new("dugny")];
    private static readonly PasswordVerifier _verifier = PasswordVerifier.Make("password");
    private static long _farms;

    private enum Act
    {
        KeepOld,
        KeepFresh,
        RenewSame,
        RenewOther,
        Drop,
        DropAll,
    }

    private static readonly Gen<(Act Act, int Person)> _step = Gen.Select(
        Gen.Frequency((3, Gen.Const(Act.KeepOld)), (4, Gen.Const(Act.KeepFresh)), (1, Gen.Const(Act.RenewSame)), (1, Gen.Const(Act.RenewOther)), (3, Gen.Const(Act.Drop)), (1, Gen.Const(Act.DropAll))), Gen.Int[0, 5], (act, person) => (act, person));

    [Fact]
    public async Task Scripts_do_what_the_model_says() => await _step.Array[1, 40].SampleAsync(async steps =>
    {
        var keys = new KeySpace($"verifiers{Interlocked.Increment(ref _farms)}");
        var store = new VerifierStore(redis.Store, keys);
        var (there, refused, fresh) = (new HashSet<PersonId>(), new HashSet<PersonId>(), new HashSet<PersonId>());
        for (var step = 0; step < steps.Length; step++)
        {
            var (act, number) = steps[step];
            var person = new DirectoryPerson(PersonId.Of(_tenants[number % 2], $"p{number}"), _tenants[number % 2], $"p{number}", "", []);
            switch (act)
            {
                case Act.Drop:
                    Assert.Equal(there.Remove(person.Id), await store.DropAsync(person.Id));
                    refused.Add(person.Id);
                    break;
                // Of a sign-in after all of them, with the same password or another.
                case Act.RenewSame:
                case Act.RenewOther:
                    var renewed = person with { DisplayName = $"renewed {step}", PasswordSet = act == Act.RenewOther ? $"{step}" : null };
                    var will = there.Contains(person.Id) && act == Act.RenewSame;
                    Assert.Equal(will, await store.RenewAsync(renewed, Fresh(step), _life, TimeSpan.FromMinutes(5)) || (will && !fresh.Contains(person.Id)));
                    if (!will) there.Remove(person.Id);
                    Assert.Equal(will ? renewed.DisplayName : null, (await store.ReadAsync(person.Id))?.Person.DisplayName);
                    break;
                case Act.DropAll:
                    Assert.Equal(there.Count(id => Of(id, person.Tenant)), await store.DropAllAsync(person.Tenant));
                    there.RemoveWhere(id => Of(id, person.Tenant));
                    break;
                default:
                    var kept = act == Act.KeepFresh || !(refused.Contains(person.Id) || (there.Contains(person.Id) && fresh.Contains(person.Id)));
                    Assert.Equal(kept, await store.KeepAsync(new KnownPerson(person, _verifier), act == Act.KeepFresh ? Fresh(step) : _old, _life));
                    if (!kept) break;
                    (_, _) = (there.Add(person.Id), refused.Remove(person.Id));
                    if (act == Act.KeepFresh) fresh.Add(person.Id);
                    else fresh.Remove(person.Id);
                    break;
            }
            foreach (var tenant in _tenants)
                Assert.Equal(there.Count(id => Of(id, tenant)), await redis.Store.RunAsync("count", db => db.SortedSetLengthAsync(keys.Verifiers(tenant))));
            Assert.Equal(there.Contains(person.Id), (await store.FindAsync(LoginName.Parse(person.Login)!, [person.Tenant], null)).Any(one => one.Person.Id == person.Id));
        }
    }, iter: 60, threads: 2);

    private static bool Of(PersonId person, TenantId tenant) => person.Value.StartsWith(tenant.Value + "/", StringComparison.Ordinal);
}

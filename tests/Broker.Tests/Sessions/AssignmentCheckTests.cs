using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Checks;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>What <c>broker check</c> says of places that are people's for good.</summary>
[Collection(RedisCollection.Name)]
public sealed class AssignmentCheckTests(RedisFixture redis)
{
    [Fact]
    public async Task A_host_that_its_pool_has_lost_is_told_with_the_number_of_its_people_and_no_name()
    {
        var farm = new LedgerFarm(redis.Store, 2, 2);
        var (whole, book) = (farm.Pool with { Kind = PoolKind.Personal }, new AssignmentBook(redis.Store, farm.Keys, farm.Sessions));
        foreach (var (user, host) in ((string, string)[])[("amelie", "blade0"), ("karim", "blade1"), ("lea", "blade1")])
            Assert.IsType<AssignmentChange.Done>(await book.GiveAsync(new PersonId($"drancy/{user}"), whole.Id, new HostId(host), 2, whenEnded: false, "op"));
        var good = Assert.Single(await AssignmentCheck.RunAsync(book, [whole, farm.Pool]));
        Assert.Equal((CheckVerdict.Good, "pool bureau", "places that are people's for good: 3, each on a host or machine of the pool"), (good.Verdict, good.What, good.Message));

        var bad = Assert.Single(await AssignmentCheck.RunAsync(book, [whole with { Hosts = [new HostId("blade0")] }]));
        Assert.Equal((CheckVerdict.Warning, "blade1 is the place of 2 of its people, and the pool has it no more"), (bad.Verdict, bad.Message));
        Assert.DoesNotContain("karim", bad.ToString(), StringComparison.Ordinal);
    }
}

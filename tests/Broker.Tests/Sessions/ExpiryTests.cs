using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

[Collection(RedisCollection.Name)]
public sealed class ExpiryTests(RedisFixture redis)
{
    [Fact]
    public async Task A_claim_on_a_host_that_fell_silent_comes_back_by_itself_once()
    {
        var (farm, held) = await ClaimAsync();
        await farm.FallSilentAsync("blade0");
        await farm.LapseAsync(held.Session);
        // Two brokers look at once.
        await Task.WhenAll(Expirer(farm).LookAsync(Jobs.Term), Expirer(farm).LookAsync(Jobs.Term));
        Assert.Equal(SessionPhase.Expired, (await farm.Sessions.FindAsync(held.Session))!.Phase);
        Assert.Empty((await farm.SeatsAsync())["blade0"]);
        Assert.Empty((await farm.Queue.WaitAsync(LedgerFarm.Office, [])).Use);
        var told = Assert.Single(await farm.EventsAsync(), e => e["kind"] == "session-expired");
        Assert.Equal((Reconciliation.LeaseOver, held.Session.Value, "opening"), (told["cause"], told["session"], told["before"]));
    }

    [Fact]
    public async Task A_claim_whose_lease_runs_is_left_alone_on_a_silent_host()
    {
        var (farm, held) = await ClaimAsync();
        await farm.FallSilentAsync("blade0");
        await Expirer(farm).LookAsync(Jobs.Term);
        Assert.Equal(SessionPhase.Opening, (await farm.Sessions.FindAsync(held.Session))!.Phase);
    }

    [Fact]
    public async Task What_a_host_has_confirmed_is_not_ended_by_its_silence()
    {
        var (farm, held) = await ClaimAsync();
        Assert.Equal(TicketVerdict.Granted, await farm.PresentAsync(held.Ticket.Text, "amelie", held.Host.Value));
        await farm.FallSilentAsync("blade0");
        await farm.LapseAsync(held.Session);
        await Expirer(farm).LookAsync(Jobs.Term);
        var believed = (await farm.Sessions.FindAsync(held.Session))!;
        Assert.Equal(SessionPhase.Opening, believed.Phase);
        Assert.Equal(Expiry.Confirmed, await farm.Ledger.ExpireAsync(believed));
        Assert.Equal(Expiry.Expired, await farm.Ledger.ExpireAsync(believed, absent: true));
    }

    [Fact]
    public async Task A_move_that_never_arrived_leaves_the_desktop_and_its_seat()
    {
        var (farm, held) = await ClaimAsync();
        await farm.PresentAsync(held.Ticket.Text, "amelie", held.Host.Value);
        Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-b")));
        await farm.FallSilentAsync("blade0");
        await farm.LapseAsync(held.Session);
        await Expirer(farm).LookAsync(Jobs.Term);
        Assert.Equal(SessionPhase.Disconnected, (await farm.Sessions.FindAsync(held.Session))!.Phase);
        Assert.Equal(held.Session.Value, (await farm.SeatsAsync())["blade0"]["amelie"]);
    }

    [Fact]
    public async Task A_look_from_before_a_move_does_not_end_the_moved_claim()
    {
        var (farm, held) = await ClaimAsync();
        var before = (await farm.Sessions.FindAsync(held.Session))!;
        Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-b")));
        await farm.LapseAsync(held.Session);
        Assert.Equal(Expiry.Changed, await farm.Ledger.ExpireAsync(before));
        Assert.Equal(Expiry.Changed, await farm.Ledger.ExpireAsync(before, absent: true));
    }

    private async Task<(LedgerFarm Farm, Claim.Held Held)> ClaimAsync()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        await farm.ReportAllAsync();
        return (farm, Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-a"))));
    }

    private static ClaimExpirer Expirer(LedgerFarm farm) => new(null!, farm.Sessions, farm.Ledger, NullLogger<ClaimExpirer>.Instance);
}

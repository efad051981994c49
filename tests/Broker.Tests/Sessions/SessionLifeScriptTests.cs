using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Sessions;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>Every script in every phase: what it commits is what the table of <see cref="SessionLife"/> says, and nothing else.</summary>
[Collection(RedisCollection.Name)]
public sealed class SessionLifeScriptTests(RedisFixture redis)
{
    private sealed record Stage(LedgerFarm Farm, (SignIn SignIn, string Secret) Who, Claim.Held Held)
    {
        public async Task<Session> NowAsync() => (await Farm.Sessions.FindAsync(Held.Session))!;
    }

    public static TheoryData<SessionPhase, LifeEvent> Pairs()
    {
        var pairs = new TheoryData<SessionPhase, LifeEvent>();
        foreach (var phase in Enum.GetValues<SessionPhase>())
            foreach (var happened in Enum.GetValues<LifeEvent>().Except([LifeEvent.Warned, LifeEvent.Spared])) pairs.Add(phase, happened);
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_script_makes_the_step_that_the_table_has(SessionPhase phase, LifeEvent happened)
    {
        var stage = await InAsync(phase, movedBefore: happened == LifeEvent.MoveLeaseOver);
        Assert.Equal(phase, (await stage.NowAsync()).Phase);
        var done = await ScriptAsync(stage, happened);
        Assert.Equal(SessionLife.After(phase, happened), (await stage.NowAsync()).Phase);
        if (SessionLife.Evolve(phase, happened) is LifeStep.Became) Assert.True(done);
        if (SessionLife.Evolve(phase, happened) is LifeStep.Refused) Assert.False(done);
        await HoldsItsSeatWhileItLivesAsync(stage);
    }

    [Fact]
    public async Task No_correction_makes_a_step_that_the_table_has_not()
    {
        foreach (var from in Enum.GetValues<SessionPhase>())
        {
            foreach (var to in Enum.GetValues<SessionPhase>().Except(SessionLife.Before(from)).Where(to => to != SessionPhase.Expired))
            {
                if (SessionLife.Before(to).Contains(from)) continue;
                var stage = await InAsync(from, movedBefore: false);
                Assert.False(await stage.Farm.Ledger.CorrectAsync(new Correction(await stage.NowAsync(), to, "test")), $"{from} became {to}");
                Assert.Equal(from, (await stage.NowAsync()).Phase);
            }
        }
    }

    private async Task<Stage> InAsync(SessionPhase phase, bool movedBefore)
    {
        var farm = new LedgerFarm(redis.Store, 1, 1);
        await farm.ReportAllAsync();
        var who = await farm.SignInAsync("amelie", "poste-a");
        var stage = new Stage(farm, who, Assert.IsType<Claim.Held>(await farm.TryOpenAsync(who)));
        if (movedBefore)
        {
            Assert.Equal(TicketVerdict.Granted, await farm.PresentAsync(stage.Held.Ticket.Text, "amelie", stage.Held.Host.Value));
            stage = stage with { Held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(who)) };
        }
        switch (phase)
        {
            case SessionPhase.Opening:
                break;
            case SessionPhase.Ending:
                Assert.Equal("ending", await farm.SignIns.CloseAsync(new Presented(who.Secret), stage.Held.Session, stage.Held.Fence, signOut: true));
                break;
            case SessionPhase.Expired:
                await farm.LapseAsync(stage.Held.Session);
                Assert.Equal(Expiry.Expired, await farm.Ledger.ExpireAsync(await stage.NowAsync(), absent: true));
                break;
            default:
                Assert.True(await farm.Ledger.CorrectAsync(new Correction(await stage.NowAsync(), phase, "test")));
                break;
        }
        return stage;
    }

    private static async Task<bool> ScriptAsync(Stage stage, LifeEvent happened)
    {
        var (farm, who, held) = stage;
        var now = await stage.NowAsync();
        // Whoever signed out of a desktop comes back with another sign-in.
        if (happened is LifeEvent.Moved or LifeEvent.GivenUp) who = await farm.SignInAsync("amelie", "poste-b");
        switch (happened)
        {
            case LifeEvent.Moved:
                return await farm.Ledger.ResumeAsync(who.SignIn, new Presented(who.Secret), now) is Claim.Held;
            case LifeEvent.Admitted:
                var ticket = new Ticket("amelie", held.Host, held.Session, held.Fence, DateTimeOffset.MaxValue, Spent: false);
                return await farm.Ledger.RedeemAsync(held.Ticket.Digest, ticket, TicketVerdict.Granted, new Presentation(held.Host, "amelie", "")) == TicketVerdict.Granted;
            case LifeEvent.EndOrdered:
                return await farm.SignIns.CloseAsync(new Presented(who.Secret), held.Session, held.Fence, signOut: true) == "ending";
            case LifeEvent.LeaseOver or LifeEvent.MoveLeaseOver:
                await farm.LapseAsync(held.Session);
                return await farm.Ledger.ExpireAsync(now) is Expiry.Expired or Expiry.Left;
            case LifeEvent.GivenUp:
                var hosts = await farm.Sessions.HostsOfAsync(farm.Pool);
                var place = new OpeningDecision.Place([hosts.Single(host => host.Host.Id != held.Host)], now, new VdiBroker.Pools.Placement([], []));
                return await farm.Ledger.PlaceAsync(who.SignIn, new Presented(who.Secret), farm.Pool, place) is Claim.Held;
            default:
                return await farm.Ledger.CorrectAsync(new Correction(now, SessionLife.After(now.Phase, happened), "test"));
        }
    }

    // The ledger's own promise: a seat, a desktop and a place in the use of the pool, as long as it lives and no longer.
    private static async Task HoldsItsSeatWhileItLivesAsync(Stage stage)
    {
        var now = await stage.NowAsync();
        var seat = (await stage.Farm.SeatsAsync())[now.Host.Value].GetValueOrDefault("amelie");
        Assert.Equal(now.IsFinal ? null : now.Id.Value, seat);
        var desktops = await stage.Farm.Sessions.DesktopsOfAsync(now.Person);
        Assert.Equal(!now.IsFinal, desktops.ContainsValue(now.Id));
        Assert.Equal(desktops.Count, (await stage.Farm.Queue.WaitAsync(LedgerFarm.Office, [])).Use.Values.Sum());
    }
}

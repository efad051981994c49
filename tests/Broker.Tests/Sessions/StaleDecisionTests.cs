using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Kernel;
using VdiBroker.Sessions;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>Between a decision and its commit somebody else may be faster: the scripts check what the decision rested on, each check by itself.</summary>
[Collection(RedisCollection.Name)]
public sealed class StaleDecisionTests(RedisFixture redis)
{
    [Fact]
    public async Task A_ticket_that_was_overtaken_while_it_was_judged_is_superseded()
    {
        var farm = await FarmAsync();
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-a")));
        var digest = held.Ticket.Digest;
        var (ticket, session, now) = await farm.Sessions.FindTicketAsync(digest);
        var presentation = new Presentation(held.Host, "amelie", "");
        Assert.Equal(TicketVerdict.Granted, Tickets.Judge(ticket, session, "amelie", held.Host, now));
        await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-b"));
        Assert.Equal(TicketVerdict.Superseded, await farm.Ledger.RedeemAsync(digest, ticket!, TicketVerdict.Granted, presentation));
        Assert.NotEqual(held.Fence, (await farm.Sessions.FindAsync(held.Session))!.Redeemed);
    }

    [Fact]
    public async Task A_ticket_of_a_session_that_was_signed_out_of_while_it_was_judged_is_superseded()
    {
        var farm = await FarmAsync();
        var who = await farm.SignInAsync("amelie", "poste-a");
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(who));
        var (ticket, _, _) = await farm.Sessions.FindTicketAsync(held.Ticket.Digest);
        Assert.Equal("ending", await farm.SignIns.CloseAsync(new Presented(who.Secret), held.Session, held.Fence, signOut: true));
        Assert.Equal(TicketVerdict.Superseded, await farm.Ledger.RedeemAsync(held.Ticket.Digest, ticket!, TicketVerdict.Granted, new Presentation(held.Host, "amelie", "")));
    }

    [Fact]
    public async Task An_older_sign_in_that_was_about_to_resume_does_not_take_the_desktop_from_the_newer_one()
    {
        var farm = await FarmAsync();
        var older = await farm.SignInAsync("amelie", "poste-a");
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(older));
        var decidedOn = (await farm.Sessions.FindAsync(held.Session))!;
        var newer = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-b")));
        Assert.IsType<Claim.Superseded>(await farm.Ledger.ResumeAsync(older.SignIn, new Presented(older.Secret), decidedOn));
        Assert.Equal((newer.Fence, new StationId("poste-b")), await HolderAsync(farm, held.Session));
    }

    [Fact]
    public async Task A_session_that_ended_meanwhile_is_not_resumed()
    {
        var farm = await FarmAsync();
        var who = await farm.SignInAsync("amelie", "poste-a");
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(who));
        var decidedOn = (await farm.Sessions.FindAsync(held.Session))!;
        await farm.Ledger.CorrectAsync(new Correction(decidedOn, SessionPhase.Ended, "test"));
        Assert.IsType<Claim.Changed>(await farm.Ledger.ResumeAsync(who.SignIn, new Presented(who.Secret), decidedOn));
    }

    [Fact]
    public async Task A_sign_in_that_was_closed_meanwhile_gets_nothing()
    {
        var farm = await FarmAsync();
        var who = await farm.SignInAsync("amelie", "poste-a");
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(who));
        var decidedOn = (await farm.Sessions.FindAsync(held.Session))!;
        await farm.SignIns.CloseAsync(new Presented(who.Secret), new SessionId(""), default, signOut: false);
        Assert.IsType<Claim.SignedOut>(await farm.Ledger.ResumeAsync(who.SignIn, new Presented(who.Secret), decidedOn));
    }

    private async Task<LedgerFarm> FarmAsync()
    {
        var farm = new LedgerFarm(redis.Store, 2);
        await farm.ReportAllAsync();
        return farm;
    }

    private static async Task<(Fence Fence, StationId Station)> HolderAsync(LedgerFarm farm, SessionId session)
    {
        var now = (await farm.Sessions.FindAsync(session))!;
        return (now.Fence, now.Station);
    }
}

using VdiBroker.Kernel;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Domain.Tests.Sessions;

public sealed class TicketTests
{
    private static readonly HostId _host = new("blade0");
    private static readonly Session _session = Farms.Session("amelie.durand", SessionPhase.Opening);
    private static readonly Ticket _ticket = new("amelie.durand", _host, _session.Id, _session.Fence, Farms.Noon.AddSeconds(60), Spent: false);

    [Fact]
    public void A_fresh_ticket_opens_its_session() => Assert.Equal(TicketVerdict.Granted, Judge(_ticket));

    [Fact]
    public void A_ticket_opens_once() => Assert.Equal(TicketVerdict.Used, Judge(_ticket with { Spent = true }));

    [Fact]
    public void A_ticket_is_for_one_host() => Assert.Equal(TicketVerdict.OtherHost, Judge(_ticket, host: new HostId("blade1")));

    [Fact]
    public void A_ticket_is_for_one_person() => Assert.Equal(TicketVerdict.OtherUser, Judge(_ticket, user: "karim.benali"));

    [Theory]
    [InlineData(59.999, TicketVerdict.Granted)]
    [InlineData(60, TicketVerdict.Expired)]
    public void A_ticket_lives_for_sixty_seconds_at_most(double seconds, TicketVerdict verdict) =>
        Assert.Equal(verdict, Judge(_ticket, after: TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_ticket_dies_when_a_newer_one_is_issued() =>
        Assert.Equal(TicketVerdict.Superseded, Judge(_ticket, session: _session with { Fence = new Fence(2) }));

    [Theory]
    [InlineData(SessionPhase.Ended)]
    [InlineData(SessionPhase.Ending)]
    [InlineData(SessionPhase.Lost)]
    [InlineData(SessionPhase.Expired)]
    public void A_ticket_dies_with_its_session(SessionPhase phase) =>
        Assert.Equal(TicketVerdict.Superseded, Judge(_ticket, session: _session with { Phase = phase }));

    [Fact]
    public void Nothing_by_that_secret_is_unknown() => Assert.Equal(TicketVerdict.Unknown, Tickets.Judge(null, null, "amelie.durand", _host, Farms.Noon));

    [Fact]
    public void A_ticket_lives_no_longer_than_the_rule_says() => Assert.True(Tickets.Life <= TimeSpan.FromSeconds(60));

    private static TicketVerdict Judge(Ticket ticket, Session? session = null, string user = "amelie.durand", HostId? host = null, TimeSpan after = default) =>
        Tickets.Judge(ticket, session ?? _session, user, host ?? _host, Farms.Noon + after);
}

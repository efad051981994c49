using VdiBroker.Kernel;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Domain.Tests.Sessions;

public sealed class StationViewTests
{
    private static readonly Session _mine = Farms.Session("amelie.durand", SessionPhase.Active) with { Serial = 5, Fence = new Fence(7), Redeemed = new Fence(7) };

    [Fact]
    public void A_visitor_s_station_is_free_as_soon_as_the_end_is_ordered_and_a_person_s_keeps_the_picture_until_it_is_over()
    {
        var ending = _mine with { Phase = SessionPhase.Ending };
        Assert.Equal(StationView.Active, StationViews.Of(ending, 5, new Fence(7)));
        Assert.Equal(StationView.SignedOut, StationViews.Of(ending with { Person = PersonId.OfVisit(new TenantId("drancy"), "abc") }, 5, new Fence(7)));
        Assert.Equal(new TenantId("drancy"), PersonId.OfVisit(new TenantId("drancy"), "abc").Tenant);
        Assert.False(_mine.Person.IsVisitor);
    }

    [Fact]
    public void A_newer_sign_in_means_moved() => Assert.Equal(StationView.Moved, StationViews.Of(_mine with { Serial = 6, Fence = new Fence(8) }, 5, new Fence(7)));

    [Fact]
    public void The_station_s_own_fresh_ticket_is_no_move() =>
        Assert.Equal(StationView.Opening, StationViews.Of(_mine with { Fence = new Fence(8), Phase = SessionPhase.Opening }, 5, new Fence(7)));

    [Fact]
    public void A_refused_ticket_is_told_until_a_fresh_one_is_accepted()
    {
        var refused = _mine with { Phase = SessionPhase.Opening, Redeemed = new Fence(6), Refused = new Fence(7) };
        Assert.Equal(StationView.TicketRefused, StationViews.Of(refused, 5, new Fence(7)));
        Assert.Equal(StationView.Opening, StationViews.Of(refused with { Fence = new Fence(8) }, 5, new Fence(8)));
    }

    [Theory]
    [InlineData(SessionPhase.Ended, StationView.SignedOut)]
    [InlineData(SessionPhase.Lost, StationView.HostLost)]
    [InlineData(SessionPhase.Expired, StationView.Expired)]
    [InlineData(SessionPhase.Active, StationView.Active)]
    [InlineData(SessionPhase.Ending, StationView.Active)]
    [InlineData(SessionPhase.Disconnected, StationView.Disconnected)]
    public void Every_phase_has_its_view(SessionPhase phase, StationView view) => Assert.Equal(view, StationViews.Of(_mine with { Phase = phase }, 5, new Fence(7)));

    [Fact]
    public void A_session_that_nobody_knows_is_forgotten_not_signed_out() => Assert.Equal(StationView.Forgotten, StationViews.Of(null, 5, new Fence(7)));
}

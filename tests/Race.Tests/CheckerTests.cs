using VdiBroker.Race.Checking;
using VdiBroker.Race.History;
using Xunit;
using static VdiBroker.Race.Tests.Story;

namespace VdiBroker.Race.Tests;

/// <summary>Each rule finds what it is for in a small history, and passes what is right or excused.</summary>
public sealed class CheckerTests
{
    [Fact]
    public void Visits_one_after_another_are_clean() => Assert.Empty(new Story()
        .Visits(1, "v1", "amelie", "s1", 10).Visits(2, "v2", "karim", "s2", 11, "h2").Visits(5, "v3", "lea", "s3", 12).Settles(10)
        .Add(new Filled(S(11), "h1", 1)).Add(new Filled(S(11), "h2", 1)).Broken());

    [Fact]
    public void A_desktop_that_moves_to_another_station_is_clean() => Assert.Empty(new Story()
        .Given(1, "v1", "amelie", "s1", 10).LetIn(1.5, "amelie", "s1", 10, "a1").Starts(1.6, "amelie", "s1")
        .Given(3, "v2", "amelie", "s1", 11, resumed: true).HearsOf(3.2, "v1", "s1", 10, "Moved").LetIn(3.5, "amelie", "s1", 11, "a2")
        .SignsOut(5, "v2", "s1", 11).Ends(5.2, "amelie", "s1").Settles(10).Broken());

    [Fact]
    public void A_refusal_is_found_while_one_host_is_well_and_excused_while_all_are_away()
    {
        Assert.Equal([RefusalRule.Name], new Story().Add(new Opened(S(30), S(30.1), "v1", "amelie", Pool, "AllHostsDown")).Broken());
        Assert.Equal([RefusalRule.Name], new Story().Fails(20, 29, Fault.Machine, "h1").Add(new Opened(S(30), S(30.1), "v1", "amelie", Pool, "AllHostsDown")).Broken());
        Assert.Empty(new Story().Fails(20, 29, Fault.Machine, "h1").Fails(20, 29, Fault.Machine, "h2").Add(new Opened(S(30), S(30.1), "v1", "amelie", Pool, "AllHostsDown")).Broken());
        Assert.Empty(new Story().Add(new Opened(S(30), S(30.1), "v1", "amelie", Pool, "MovedElsewhere")).Broken());
    }

    [Fact]
    public void What_ended_before_a_report_could_show_it_may_be_given_again()
    {
        Assert.Equal([TellingRule.Name], GivenAgain(livedUntil: 5).Broken());
        Assert.Empty(GivenAgain(livedUntil: 2.5).Broken());

        static Story GivenAgain(double livedUntil) => new Story().Given(1, "v1", "amelie", "s1", 10).LetIn(1.5, "amelie", "s1", 10, "a1").Starts(2, "amelie", "s1").Ends(livedUntil, "amelie", "s1")
            .Given(12, "v2", "amelie", "s1", 11, resumed: true);
    }

    [Fact]
    public void Two_people_on_one_seat_are_found() => Assert.Equal([SeatRule.Name], new Story()
        .Given(1, "v1", "amelie", "s1", 10).Starts(2, "amelie", "s1").Given(3, "v2", "karim", "s2", 11).Starts(4, "karim", "s2").Broken());

    [Fact]
    public void Two_sessions_of_one_person_are_found() => Assert.Contains(SessionRule.Name, new Story()
        .Given(1, "v1", "amelie", "s1", 10).Starts(2, "amelie", "s1").Given(3, "v2", "amelie", "s2", 11, "h2").Starts(4, "amelie", "s2", "h2").Add(new Lag(S(8), S(0))).Broken());

    [Fact]
    public void A_session_given_up_with_a_silent_host_may_live_on_until_30_s_after_the_host_is_back()
    {
        Assert.Empty(GivenUp(ghostUntil: 45).Broken());
        Assert.Equal([SessionRule.Name], GivenUp(ghostUntil: 60).Broken());

        static Story GivenUp(double ghostUntil) => new Story().Given(1, "v1", "amelie", "s1", 10).Starts(2, "amelie", "s1").Fails(5, 20, Fault.Machine, "h1")
            .HearsOf(9, "v1", "s1", 10, "HostLost").Given(10, "v2", "amelie", "s2", 11, "h2").Starts(11, "amelie", "s2", "h2")
            .Ends(ghostUntil, "amelie", "s1").Ends(ghostUntil + 5, "amelie", "s2", "h2");
    }

    [Fact]
    public void One_fence_for_two_stations_is_found() => Assert.Equal([FenceRule.Name, HolderRule.Name], new Story()
        .Given(1, "v1", "amelie", "s1", 10).Given(3, "v2", "amelie", "s1", 10, resumed: true).Broken());

    [Fact]
    public void A_ticket_that_lets_in_twice_is_found_and_one_that_is_asked_about_twice_is_not()
    {
        Assert.Equal([HolderRule.Name], new Story().Given(1, "v1", "amelie", "s1", 10).LetIn(2, "amelie", "s1", 10, "a1").LetIn(3, "amelie", "s1", 10, "a2").Broken());
        Assert.Empty(new Story().Given(1, "v1", "amelie", "s1", 10).LetIn(2, "amelie", "s1", 10, "a1").LetIn(3, "amelie", "s1", 10, "a1").Broken());
    }

    [Fact]
    public void An_older_holder_who_comes_in_after_the_newer_was_told_is_found() => Assert.Equal([HolderRule.Name], new Story()
        .Given(1, "v1", "amelie", "s1", 10).Given(2, "v2", "amelie", "s1", 11, resumed: true).LetIn(3, "amelie", "s1", 10, "a1").Broken());

    [Fact]
    public void A_fence_that_falls_is_found() => Assert.Equal([FenceRule.Name], new Story().Visits(1, "v1", "amelie", "s1", 10).Visits(5, "v2", "amelie", "s2", 9).Broken());

    [Fact]
    public void Fences_of_two_clicks_at_once_may_come_in_any_order() => Assert.Empty(new Story()
        .Add(new Opened(S(1), S(2), "v1", "amelie", Pool, Opened.Desktop, "s1", 11, "h1")).Add(new Opened(S(1.1), S(2.1), "v1", "amelie", Pool, Opened.Desktop, "s1", 10, "h1", Resumed: true)).Broken());

    [Fact]
    public void A_session_that_another_takes_the_place_of_without_a_word_was_forgotten()
    {
        var forgotten = new Story().Given(1, "v1", "amelie", "s1", 10).LetIn(2, "amelie", "s1", 10, "a1");
        Assert.Equal([ForgottenRule.Name], forgotten.Given(8, "v2", "amelie", "s2", 11, "h2").Broken());
        Assert.Empty(forgotten.HearsOf(7, "v1", "s1", 10, "Forgotten").Broken());
    }

    [Fact]
    public void A_session_that_nobody_can_account_for_at_the_end_was_forgotten() => Assert.Equal([ForgottenRule.Name], new Story()
        .Given(1, "v1", "amelie", "s1", 10).LetIn(2, "amelie", "s1", 10, "a1").Settles(30).Broken());

    [Fact]
    public void A_session_that_lives_after_everybody_was_signed_out_is_found() => Assert.Equal([ForgottenRule.Name], new Story()
        .Given(1, "v1", "amelie", "s1", 10).Starts(2, "amelie", "s1").SignsOut(3, "v1", "s1", 10).Settles(20).Broken());

    [Fact]
    public void What_died_with_its_host_was_not_forgotten() => Assert.Empty(new Story()
        .Given(1, "v1", "amelie", "s1", 10).Starts(2, "amelie", "s1").Fails(5, 8, Fault.Machine, "h1").Add(new Crashed(S(5), S(5.1), "h1"))
        .HearsOf(6, "v1", "s1", 10, "HostLost").Given(9, "v2", "amelie", "s2", 11, "h2").Broken());

    [Theory]
    [InlineData("Expired")]
    [InlineData("HostLost")]
    [InlineData("SignedOut")]
    [InlineData("Moved")]
    public void An_end_that_is_told_without_cause_is_found(string state)
    {
        var told = new Story().Given(1, "v1", "amelie", "s1", 10).HearsOf(5, "v1", "s1", 10, state);
        Assert.Equal([TellingRule.Name], told.Broken());
    }

    [Fact]
    public void Signed_out_while_it_runs_on_is_found() => Assert.Equal([TellingRule.Name], new Story()
        .Given(1, "v1", "amelie", "s1", 10).Starts(2, "amelie", "s1").HearsOf(5, "v1", "s1", 10, "SignedOut").Ends(20, "amelie", "s1").Broken());

    [Fact]
    public void A_claim_that_lapsed_after_its_time_is_told_truly() => Assert.Empty(new Story().Given(1, "v1", "amelie", "s1", 10).HearsOf(76.5, "v1", "s1", 10, "Expired").Broken());

    [Fact]
    public void An_ended_session_that_is_given_again_is_found() => Assert.Equal([TellingRule.Name], new Story()
        .Given(1, "v1", "amelie", "s1", 10).Starts(2, "amelie", "s1").Ends(4, "amelie", "s1").Given(9, "v2", "amelie", "s1", 11, resumed: true).Broken());

    [Fact]
    public void A_desktop_that_outlives_its_sign_out_is_found()
    {
        var story = new Story().Given(1, "v1", "amelie", "s1", 10).Starts(2, "amelie", "s1").SignsOut(3, "v1", "s1", 10).Ends(50, "amelie", "s1");
        Assert.Equal([EndingRule.Name], story.Broken());
        Assert.Empty(story.Fails(4, 25, Fault.Machine, "h1").Broken());
    }

    [Fact]
    public void A_wait_beside_a_free_seat_is_found() => Assert.Equal([WaitingRule.Name], new Story()
        .Given(1, "v1", "amelie", "s1", 10).Starts(1.5, "amelie", "s1").Waits(2, 12, "v2", "karim").Broken());

    [Fact]
    public void A_wait_while_every_seat_is_taken_or_may_be_is_clean()
    {
        // Taken; promised; perhaps claimed by somebody whose answer was lost.
        Assert.Empty(Beside().Given(1, "v3", "lea", "s3", 11, "h2").Starts(1.5, "lea", "s3", "h2").Waits(2, 20, "v2", "karim").Broken());
        Assert.Empty(Beside().Given(1, "v3", "lea", "s3", 11, "h2").Waits(2, 20, "v2", "karim").Broken());
        Assert.Empty(Beside().Add(new Opened(S(1), S(1.5), "v3", "lea", Pool, Opened.Lost)).Waits(2, 20, "v2", "karim").Broken());

        static Story Beside() => new Story().Given(1, "v1", "amelie", "s1", 10).Starts(1.5, "amelie", "s1");
    }

    [Fact]
    public void A_lost_opening_holds_nothing_once_its_person_was_told_that_nothing_runs() => Assert.Equal([WaitingRule.Name], new Story()
        .Given(1, "v1", "amelie", "s1", 10).Starts(1.5, "amelie", "s1").Add(new Opened(S(1), S(1.5), "v3", "lea", Pool, Opened.Lost))
        .Add(new Closed(S(1.6), S(1.7), "v3", "", 0, SignOut: false, "ok")).Add(new SignedIn(S(1.8), S(1.9), "v4", "lea", "ok", [])).Waits(2, 20, "v2", "karim").Broken());

    [Theory]
    [InlineData(Fault.Store, "master")]
    [InlineData(Fault.Broker, "broker1")]
    [InlineData(Fault.Machine, "h2")]
    public void A_wait_that_a_fault_explains_is_clean(string part, string target) => Assert.Empty(new Story()
        .Given(1, "v1", "amelie", "s1", 10).Starts(1.5, "amelie", "s1").Fails(2, 4, part, target).Waits(2, 20, "v2", "karim").Broken());

    [Fact]
    public void A_sign_in_that_an_upgrade_drops_is_found_and_one_that_a_fault_drops_is_not()
    {
        static Story Dropped() => new Story().Add(new Fault(S(1), S(3), DroppedRule.Upgrade, Fault.Broker, "broker1")).Add(new SignedIn(S(1), S(2), "v1", "amelie", "BrokerStopping", []));
        Assert.Equal([DroppedRule.Name], Dropped().Broken());
        Assert.Empty(Dropped().Fails(5, 6, Fault.Store, "store").Broken());
        Assert.Empty(new Story().Add(new Fault(S(1), S(3), DroppedRule.Upgrade, Fault.Broker, "broker1")).Add(new SignedIn(S(1), S(2), "v1", "amelie", "ok", [])).Broken());
    }

    [Fact]
    public void A_driver_that_was_late_itself_is_given_that_time() => Assert.Empty(new Story()
        .Given(1, "v1", "amelie", "s1", 10).Starts(1.5, "amelie", "s1").Add(new Lag(S(3), S(3))).Waits(2, 12, "v2", "karim").Broken());

    [Fact]
    public void A_seat_that_cannot_be_had_again_and_one_too_many_are_found()
    {
        Assert.Equal([FillingRule.Name], new Story().Add(new Filled(S(11), "h1", 0)).Broken());
        Assert.Equal([FillingRule.Name], new Story().Add(new Filled(S(11), "h1", 2)).Broken());
    }

    [Fact]
    public void A_history_written_and_read_again_is_judged_alike()
    {
        var file = Path.GetTempFileName();
        try
        {
            var story = new Story().Visits(1, "v1", "amelie", "s1", 10).Visits(5, "v2", "amelie", "s2", 9).Waits(6, 8, "v3", "karim").Fails(1, 2, Fault.Broker, "b");
            story.Written.Save(file);
            var read = RaceHistory.Load(file).Events();
            Assert.Equal(story.Written.Events().Count, read.Count);
            Assert.Equal(Checker.Check(story.Written.Events()).Select(one => one.ToString()), Checker.Check(read).Select(one => one.ToString()));
        }
        finally
        {
            File.Delete(file);
        }
    }
}

using VdiBroker.City.Story;
using Xunit;

namespace VdiBroker.EndToEnd.Tests;

/// <summary>Each line of the story that must be true, and the figures, as tests.</summary>
[Collection(OneCityAtATime.Name)]
public sealed class StoryTests(WholeStory story)
{
    [Fact]
    public void Who_signs_in_has_their_desktop_on_the_screen() => story.Holds(RoamingChapter.SignsIn);

    [Fact]
    public void What_is_typed_stands_in_the_terminal() => story.Holds(RoamingChapter.Types);

    [Fact]
    public void At_another_station_the_same_text_is_on_the_screen() => story.Holds(RoamingChapter.SameText);

    [Fact]
    public void At_another_station_the_same_processes_run() => story.Holds(RoamingChapter.SameProcesses);

    [Fact]
    public void A_station_says_where_its_desktop_went() => story.Holds(RoamingChapter.Moves);

    [Fact]
    public void A_killed_broker_loses_no_screen() => story.Holds(FaultChapter.Broker);

    [Fact]
    public void A_killed_Redis_loses_no_screen() => story.Holds(FaultChapter.Redis);

    [Fact]
    public void A_killed_directory_loses_no_screen() => story.Holds(FaultChapter.Directory);

    [Fact]
    public void A_closed_desktop_says_when_it_opens() => story.Holds(LimitChapter.Closed);

    [Fact]
    public void A_borrowed_seat_goes_back_after_a_warning() => story.Holds(LimitChapter.GivenBack);

    [Fact]
    public void An_end_that_comes_near_is_put_off_by_one_click() => story.Holds(LimitChapter.Extended);

    [Fact]
    public void Who_leaves_the_keyboard_alone_is_warned_and_ended() => story.Holds(LimitChapter.Idle);

    [Fact]
    public void A_wrong_password_and_an_unknown_person_get_one_answer() => story.Holds(RefusalChapter.WrongPassword);

    [Fact]
    public void No_right_to_any_pool_is_said() => story.Holds(RefusalChapter.NoRight);

    [Fact]
    public void Full_hosts_are_said() => story.Holds(RefusalChapter.Full);

    [Fact]
    public void A_lost_host_is_said_at_the_station() => story.Holds(RefusalChapter.HostLost);

    [Fact]
    public void Who_loses_a_host_sits_at_another_desktop_by_itself() => story.Holds(LossChapter.AnotherDesktop);

    [Fact]
    public void Who_sits_on_a_host_that_hangs_is_told_and_gets_another_desktop_by_one_key() => story.Holds(HostChapter.Hangs);

    [Fact]
    public void A_host_is_taken_out_of_service_with_a_rehearsal() => story.Holds(HostChapter.Drained);

    [Fact]
    public void Hosts_that_are_down_are_said() => story.Holds(RefusalChapter.Down);

    [Fact]
    public void A_directory_that_is_down_is_said() => story.Holds(RefusalChapter.DirectoryDown);

    [Fact]
    public void A_city_has_nothing_bad_to_check() => story.Holds(DirectoryChapter.Checked);

    [Fact]
    public void A_right_by_groups_in_groups_opens_a_desktop() => story.Holds(DirectoryChapter.Nested);

    [Fact]
    public void A_name_with_its_town_is_known() => story.Holds(DirectoryChapter.WithTown);

    [Fact]
    public void Who_must_change_their_password_does_so_at_the_station() => story.Holds(DirectoryChapter.NewPassword);

    [Fact]
    public void A_person_is_locked_at_one_station_alone() => story.Holds(DirectoryChapter.Locked);

    [Fact]
    public void Limited_mode_opens_what_was_open_before() => story.Holds(DirectoryChapter.Limited);

    [Fact]
    public void A_directory_server_that_hangs_keeps_nobody() => story.Holds(DirectoryChapter.FirstHangs);

    [Fact]
    public void Who_signs_in_at_the_greeter_has_their_desktop() => story.Holds(GreeterChapter.SignsIn);

    [Fact]
    public void Who_leaves_by_the_bar_finds_the_greeter_there_for_the_next() => story.Holds(GreeterChapter.Leaves);

    [Fact]
    public void The_greeter_refuses_in_the_person_s_language() => story.Holds(GreeterChapter.Refused);

    [Fact]
    public void A_ticket_opens_once() => story.Holds(TicketChapter.UsedTwice);

    [Fact]
    public void A_ticket_opens_no_other_host() => story.Holds(TicketChapter.OtherHost);

    [Fact]
    public void A_ticket_opens_nothing_for_another_user() => story.Holds(TicketChapter.OtherUser);

    [Fact]
    public void A_ticket_opens_nothing_after_its_time()
    {
        story.Holds(TicketChapter.Forget);
        story.Holds(TicketChapter.TooLate);
    }

    [Fact]
    public void A_stolen_ticket_locks_no_owner_out() => story.Holds(TicketChapter.OwnerIsIn);

    [Fact]
    public void No_password_and_no_live_ticket_can_be_read_anywhere() => story.Holds(SecretChapter.Nothing);

    [Fact]
    public void A_ticket_in_use_can_be_read_in_no_process() => story.Holds(SecretChapter.InUse);

    [Fact]
    public void The_reader_of_secrets_finds_what_is_planted() => story.Holds(SecretChapter.Planted);

    [Fact]
    public void All_figures_are_measured()
    {
        foreach (var step in FigureChapter.Steps) story.Holds(step);
        Assert.All(story.Played.Figures, figure => Assert.True(double.IsFinite(figure.Value), figure.Key));
        Assert.Equal(9, story.Played.Aims.Count);
    }

    [Fact]
    public void Every_line_of_the_story_held() =>
        Assert.Equal([], story.Played.Lines.Where(line => !line.Ok).Select(line => $"{line.Name}: {line.Note}"));
}

using CsCheck;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Domain.Tests.Sessions;

public sealed class SessionLifeTests
{
    private static readonly Gen<SessionPhase> _phase = Gen.Enum<SessionPhase>();
    private static readonly Gen<LifeEvent[]> _events = Gen.Enum<LifeEvent>().Array[0, 30];

    [Fact]
    public void No_sequence_of_events_revives_an_ended_session() =>
        Gen.Select(_phase, _events).Sample((phase, events) =>
        {
            SessionPhase? end = null;
            foreach (var happened in events)
            {
                phase = SessionLife.After(phase, happened);
                if (end is not null) Assert.Equal(end, phase);
                if (SessionLife.IsFinal(phase)) end = phase;
            }
        });

    [Fact]
    public void What_is_ending_is_never_given_to_anybody_again() =>
        _events.Sample(events =>
        {
            var phase = SessionPhase.Ending;
            foreach (var happened in events)
            {
                phase = SessionLife.After(phase, happened);
                Assert.DoesNotContain(phase, SessionLife.Running);
            }
        });

    [Fact]
    public void What_happens_twice_leaves_what_happened_once() =>
        Gen.Select(_phase, Gen.Enum<LifeEvent>()).Sample((phase, happened) =>
        {
            var once = SessionLife.After(phase, happened);
            Assert.Equal(once, SessionLife.After(once, happened));
            Assert.NotEqual(new LifeStep.Became(phase), SessionLife.Evolve(phase, happened));
        });

    [Fact]
    public void Every_phase_can_be_reached_and_every_living_one_can_end()
    {
        var reached = new HashSet<SessionPhase> { SessionPhase.Opening };
        for (var before = 0; before < reached.Count;)
        {
            before = reached.Count;
            reached.UnionWith([.. Enum.GetValues<LifeEvent>().SelectMany(happened => reached.Select(from => SessionLife.After(from, happened)))]);
        }
        Assert.Equal(Enum.GetValues<SessionPhase>().Order(), reached.Order());
        Assert.All(Enum.GetValues<SessionPhase>().Where(phase => !SessionLife.IsFinal(phase)), phase => Assert.True(SessionLife.IsFinal(SessionLife.After(phase, LifeEvent.Gone))));
    }

    [Fact]
    public void A_host_s_word_leads_to_the_final_phases_only_from_living_ones() =>
        Assert.All(Enum.GetValues<SessionPhase>(), phase => Assert.DoesNotContain(SessionLife.Before(phase), SessionLife.IsFinal));
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using VdiBroker.Kernel;
using VdiBroker.Machines;
using VdiBroker.Pools;

namespace VdiBroker.Sessions;

/// <summary>One opening's wait for the person's own machine, which is switched off and is being woken.</summary>
internal sealed class Waking(WakeMachine wake)
{
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _tellAgain = TimeSpan.FromSeconds(30);
    private Machine? _machine;
    private long _began;
    private OpeningStep.Waking? _told;
    private long _toldAt;

    /// <summary>The person's machine does not answer, can be woken, and still has time to come.</summary>
    /// <param name="pool">What is opened.</param>
    /// <param name="person">Whose machine.</param>
    /// <param name="decision">As things are: without a machine that answers.</param>
    public async Task<bool> MustWaitAsync(Pool pool, PersonId person, OpeningDecision decision)
    {
        if (decision.Placement is { } placement && placement.AllDown && placement.Reasons.FirstOrDefault(IsOff) is { } reason)
        {
            if (pool.Machines.FirstOrDefault(machine => machine.Id == reason.Host) is not { Wake: { } rules } machine) return false;
            if (_machine is not null) return Stopwatch.GetElapsedTime(_began) < rules.Patience;
            (_machine, _began) = (machine, Stopwatch.GetTimestamp());
            wake.Begins(machine.Id, person);
            return true;
        }
        if (_machine is not null) await wake.AnswersAsync(_machine.Id);
        _machine = null;
        return false;
    }

    /// <summary>Wakes it once more and waits a moment: then the opening is decided anew.</summary>
    /// <returns>What to tell meanwhile, when it is news.</returns>
    public async IAsyncEnumerable<OpeningStep> WaitAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var step = new OpeningStep.Waking(_machine!, await wake.CallAsync(_machine!.Id, _machine.Wake!, cancel));
        if (step != _told || Stopwatch.GetElapsedTime(_toldAt) > _tellAgain)
        {
            (_told, _toldAt) = (step, Stopwatch.GetTimestamp());
            yield return step;
        }
        await Task.Delay(_look, cancel);
    }

    private static bool IsOff(Reason reason) => reason.Verdict is Verdict.Silent or Verdict.NeverSeen;
}

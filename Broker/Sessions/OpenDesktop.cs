using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using VdiBroker.Machines;
using VdiBroker.Pools;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>
/// Opens a person's desktop: their running one if there is one, else a new one on the best host with a free seat; when none is free they wait for their turn.
/// </summary>
internal sealed class OpenDesktop(FindOpener opener, LoadOpening load, CheckHours hours, CommitOpening commit, WaitingRoom waiting, WakeMachine wake)
{
    // Each repetition means that somebody else was faster in between; so many in a row is no accident.
    private const int Tries = 8;
    private static readonly TimeSpan _forItsEnd = TimeSpan.FromSeconds(20);

    // Hosts are awaited for a bounded time, by their health; this is longer than any city's.
    private static readonly TimeSpan _forHosts = TimeSpan.FromSeconds(75);

    // At first as fast as people notice; whoever waits longer waits for a host to start, and there may be thousands of them.
    private const int QuickLooks = 4;
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _laterLook = TimeSpan.FromSeconds(1);

    /// <summary>Runs the opening; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    public async IAsyncEnumerable<OpeningStep> RunAsync(OpenRequested request, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var line = new PlaceInLine(waiting);
        var waking = new Waking(wake);
        var clock = Stopwatch.StartNew();
        var (othersFirst, alone, looks) = (false, false, 0);
        OpeningStep? told = null;
        for (var turn = 1; turn <= Tries; turn++)
        {
            var found = await opener.RunAsync(request, cancel);
            if (found is not Opener.Entitled who)
            {
                var none = (Opener.None)found;
                yield return new OpeningStep.Refused(none.Code, "") { RetryAfter = none.After };
                yield break;
            }
            var (signIn, pool) = who;
            var (state, decision) = await DecideAsync(who, request, alone || line.IsIn, cancel);
            alone = false;
            request.Notes?.Considers(pool, decision);
            if (await hours.RunAsync(pool, decision) is { } closed)
            {
                yield return closed;
                yield break;
            }
            if (WaitFor(decision, pool) is { } wait && clock.Elapsed < (wait is OpeningStep.WaitingForHost ? _forHosts : _forItsEnd))
            {
                if (told != wait) yield return told = wait;
                turn = 0;
                await Task.Delay(wait is OpeningStep.WaitingForHost && ++looks > QuickLooks ? _laterLook : _look, cancel);
                continue;
            }
            if (await waking.MustWaitAsync(pool, signIn.Person, decision))
            {
                turn = 0;
                await foreach (var step in waking.WaitAsync(cancel)) yield return told = step;
                continue;
            }
            if (othersFirst || line.MustWait(pool, decision))
            {
                (othersFirst, turn) = (false, 0);
                await foreach (var step in line.WaitAsync(who, decision, cancel))
                {
                    yield return told = step;
                    if (step is OpeningStep.Refused) yield break;
                }
                continue;
            }
            switch (await commit.RunAsync(who, request.Secret, state, decision, line.MayClaim))
            {
                case Commitment.Done(var last):
                    yield return last;
                    yield break;
                case Commitment.OthersFirst:
                    // Who takes a place in line does so by a look of their own: by what no look that is shared knows, a seat would be kept for them that they can never take.
                    othersFirst = alone = true;
                    break;
                case Commitment.Overtaken:
                    alone = true;
                    break;
            }
        }
        yield return new OpeningStep.Refused(ErrorCode.AllHostsFull, $"{Tries} claims in a row were overtaken");
    }

    private async Task<(OpeningState State, OpeningDecision Decision)> DecideAsync(Opener.Entitled who, OpenRequested request, bool alone, CancellationToken cancel)
    {
        var (asked, (signIn, pool)) = (Stopwatch.GetTimestamp(), who);
        var wish = new OpeningWish(signIn.User, signIn.Person.Tenant, signIn.Serial) { Station = signIn.Station, Home = who.Home, Replace = request.Replace };
        // A glance is good for a free seat. That there is none, and that something of theirs runs, is only said after a look.
        if (!alone && load.Glance(who) is { } glance && Opening.Decide(glance, wish, Draw()) is OpeningDecision.Place free && !free.FindsAgain) return (glance, free);
        if (!alone && pool.Kind != PoolKind.Fixed)
        {
            var shared = await load.ShareAsync(signIn, pool, asked, cancel);
            var decision = Opening.Decide(shared, wish, Draw());
            if (shared.Hosts.IsEmpty || decision is OpeningDecision.Place || WaitFor(decision, pool) is not null) return (shared, decision);
        }
        var state = await load.RunAsync(signIn, pool, cancel);
        return (state, Opening.Decide(state, wish, Draw()));
    }

    private static OpeningStep? WaitFor(OpeningDecision decision, Pool pool) => decision switch
    {
        OpeningDecision.StillEnding => new OpeningStep.WaitingForEnd(),
        OpeningDecision.AwaitHost { Missed: var missed } => new OpeningStep.WaitingForHost(missed),
        // Where people queue they wait in the queue.
        _ when !pool.Queues && decision.Placement is { SomeMissed: true } and ({ AllDown: true } or { AllDraining: true }) => new OpeningStep.WaitingForHost(null),
        _ => null,
    };

    private static uint Draw() => BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
}

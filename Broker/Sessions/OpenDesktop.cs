using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>
/// Opens a person's desktop: their running one if there is one, else a new one on the best host with a free seat; when none is free they wait for their turn.
/// </summary>
internal sealed class OpenDesktop(FindOpener opener, SessionStore sessions, CommitOpening commit, WaitingRoom waiting)
{
    // Each repetition means that somebody else was faster in between; so many in a row is no accident.
    private const int Tries = 8;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(250);

    // A station that has heard nothing for minutes takes the broker for dead.
    private static readonly TimeSpan _tellAgain = TimeSpan.FromSeconds(30);

    /// <summary>Runs the opening; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    public async IAsyncEnumerable<OpeningStep> RunAsync(OpenRequested request, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var line = new PlaceInLine(waiting);
        var clock = Stopwatch.StartNew();
        var othersFirst = false;
        OpeningStep? told = null;
        var toldAt = clock.Elapsed;
        for (var turn = 1; turn <= Tries; turn++)
        {
            var found = await opener.RunAsync(request, cancel);
            if (found is not Opener.Entitled who)
            {
                yield return new OpeningStep.Refused(((Opener.None)found).Code, "");
                yield break;
            }
            var (signIn, pool) = who;
            var state = await sessions.LoadAsync(signIn.Person, pool);
            var decision = Opening.Decide(state, new OpeningWish(signIn.User, signIn.Serial) { Station = signIn.Station }, Draw());
            if (WaitFor(decision) is { } wait && clock.Elapsed < _patience)
            {
                if (told != wait) yield return told = wait;
                turn = 0;
                await Task.Delay(_look, cancel);
                continue;
            }
            if (othersFirst || line.MustWait(pool, decision, signIn.User))
            {
                othersFirst = false;
                turn = 0;
                if (await line.NextAsync(pool, signIn, decision, cancel) is not { } next) continue;
                if (next is OpeningStep.Refused)
                {
                    yield return next;
                    yield break;
                }
                if (line.MayClaim || !(IsNews(next, told) || clock.Elapsed - toldAt > _tellAgain)) continue;
                toldAt = clock.Elapsed;
                yield return told = next;
                continue;
            }
            switch (await commit.RunAsync(who, request.Secret, state, decision, line.MayClaim))
            {
                case Commitment.Done(var step):
                    yield return step;
                    yield break;
                case Commitment.OthersFirst:
                    othersFirst = true;
                    break;
            }
        }
        yield return new OpeningStep.Refused(ErrorCode.AllHostsFull, $"{Tries} claims in a row were overtaken");
    }

    private static OpeningStep? WaitFor(OpeningDecision decision) => decision switch
    {
        OpeningDecision.StillEnding => new OpeningStep.WaitingForEnd(),
        OpeningDecision.AwaitHost => new OpeningStep.WaitingForHost(),
        _ => null,
    };

    // How long somebody has waited is no news to them.
    private static bool IsNews(OpeningStep step, OpeningStep? told) => (step, told) is not (OpeningStep.Queued now, OpeningStep.Queued before)
        || (now.News.Standing, now.News.About) != (before.News.Standing, before.News.About);

    private static uint Draw() => BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
}

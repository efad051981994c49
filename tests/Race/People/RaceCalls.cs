using Grpc.Core;
using VdiBroker.City.Directory;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Race.History;

namespace VdiBroker.Race.People;

/// <summary>The calls of one visit, each written into the history with its answer.</summary>
internal sealed class RaceCalls(string visit, Townsperson person, BrokerRing ring, RaceHistory history, RaceClock clock)
{
    /// <summary>Signs in.</summary>
    /// <returns>Null: they were not let in.</returns>
    public async Task<SignInReply?> SignInAsync(CancellationToken cancel = default)
    {
        var from = clock.Now;
        var answer = await ring.AskAsync(async (calls, options) => await calls.SignInAsync(new SignInRequest { Login = person.Login, Password = person.Password, Language = "fr" }, options), null, cancel);
        var reply = (answer as Answer<SignInReply>.Done)?.Value;
        history.Add(new SignedIn(from, clock.Now, visit, person.Login, OutcomeOf(answer), reply is null ? [] : [.. reply.Desktops.Where(one => one.Running).Select(one => one.PoolId)]));
        return reply;
    }

    /// <summary>Asks for a desktop and waits for it.</summary>
    /// <param name="signIn">The proof.</param>
    /// <param name="pool">Of which pool.</param>
    /// <param name="patience">Ends the wait.</param>
    /// <returns>The desktop, and what came of it as the history has it.</returns>
    public async Task<(Desktop? Desktop, string Outcome)> OpenAsync(string signIn, string pool, CancellationToken patience)
    {
        var from = clock.Now;
        Desktop? desktop = null;
        string outcome, said = "";
        try
        {
            var answer = await ring.AskAsync(async (calls, options) => await ReadAsync(calls.Open(new OpenRequest { SignIn = signIn, PoolId = pool, Language = "fr" }, options), pool), Timeout.InfiniteTimeSpan, patience);
            desktop = (answer as Answer<Desktop>.Done)?.Value;
            // After a try without an answer a refusal says nothing of what that try has done.
            outcome = desktop is not null ? Opened.Desktop : answer is Answer<Desktop>.Refused { Unsure: false } ? OutcomeOf(answer) : Opened.Lost;
            if (outcome == Opened.Lost && answer is Answer<Desktop>.Refused) said = OutcomeOf(answer);
        }
        catch (OperationCanceledException)
        {
            outcome = Opened.Cancelled;
        }
        history.Add(desktop is null
            ? new Opened(from, clock.Now, visit, person.Login, pool, outcome) { Said = said }
            : new Opened(from, clock.Now, visit, person.Login, pool, outcome, desktop.SessionId, desktop.Fence, desktop.Host, desktop.Resumed));
        return (desktop, outcome);
    }

    /// <summary>Follows a desktop: every notice is written down and handed on, until a final one, the sign-in's end or <paramref name="cancel"/>.</summary>
    public async Task FollowAsync(string signIn, Desktop desktop, Action<SessionState> told, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var answer = await ring.AskAsync(async (calls, options) =>
            {
                using var stream = calls.Follow(new FollowRequest { SignIn = signIn, SessionId = desktop.SessionId, Fence = desktop.Fence, Language = "fr" }, options);
                var state = SessionState.Unspecified;
                await foreach (var notice in stream.ResponseStream.ReadAllAsync(CancellationToken.None))
                {
                    state = notice.State;
                    history.Add(new Told(clock.Now, visit, desktop.SessionId, desktop.Fence, state.ToString()));
                    told(state);
                }
                return state;
            }, Timeout.InfiniteTimeSpan, cancel);
            if (answer is Answer<SessionState>.Refused or Answer<SessionState>.Done { Value: SessionState.Moved or SessionState.SignedOut or SessionState.HostLost or SessionState.Expired or SessionState.Forgotten }) return;
        }
    }

    /// <summary>Closes the sign-in.</summary>
    /// <returns>True: a broker did it.</returns>
    public async Task<bool> CloseAsync(string signIn, Desktop? desktop, bool signOut)
    {
        var from = clock.Now;
        var (session, fence) = (desktop?.SessionId ?? "", desktop?.Fence ?? 0);
        var answer = await ring.AskAsync(async (calls, options) => await calls.CloseAsync(new CloseRequest
        {
            SignIn = signIn,
            SessionId = session,
            Fence = fence,
            Closing = signOut ? Closing.SignOut : Closing.Leave,
        }, options), null, CancellationToken.None);
        history.Add(new Closed(from, clock.Now, visit, session, fence, signOut, OutcomeOf(answer)));
        return answer is Answer<CloseReply>.Done;
    }

    private async Task<Desktop> ReadAsync(AsyncServerStreamingCall<OpenReply> stream, string pool)
    {
        using (stream)
        {
            await foreach (var reply in stream.ResponseStream.ReadAllAsync(CancellationToken.None))
            {
                if (reply.Queued is { } queued) history.Add(new History.Queued(clock.Now, visit, person.Login, pool, (int)queued.Place));
                if (reply.Desktop is { } desktop) return desktop;
            }
        }
        throw new RpcException(new Status(StatusCode.Unavailable, "the stream ended without a desktop"));
    }

    private static string OutcomeOf<T>(Answer<T> answer) => answer switch
    {
        Answer<T>.Done => "ok",
        Answer<T>.Refused refused => refused.Code.ToString(),
        _ => "lost",
    };
}

using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Profiles;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Rpc;
using VdiBroker.Storage;
using VdiBroker.Trust;

namespace VdiBroker.Sessions;

/// <summary>The stations' edge: reads the request, calls the use case, writes the reply.</summary>
internal sealed class StationRpc(Caller caller, PersonCalls person, SessionCalls session, StreamsEnd ending, Gates gates, StationPace pace)
    : StationService.StationServiceBase
{
    private const int SignInsAtOnce = 4;
    private const int StreamsAtOnce = 8;
    private const int LongestLogin = 256;
    private const int LongestPassword = 1024;
    private const int LongestSession = 64;
    private const int LongestWay = 86400;
    private readonly PeerLimits _signIns = new(SignInsAtOnce);
    private readonly PeerLimits _streams = new(StreamsAtOnce);

    /// <inheritdoc/>
    public override async Task<SignInReply> SignIn(SignInRequest request, ServerCallContext context)
    {
        var station = Station(context);
        using var place = _signIns.Enter(station.Value);
        if (request.Login.Length > LongestLogin) throw Invalid($"login must have 1 to {LongestLogin} characters");
        if (request.Password.Length > LongestPassword) throw Invalid($"password must have 1 to {LongestPassword} characters");
        using var entry = await EnterAsync(station, gates.SignInAsync, context.CancellationToken);
        if (entry.Away is { } after) return ComeBack(new SignInReply(), context, request.Language, after);
        // Whoever waits for a directory alone keeps nobody from the gate.
        var asked = new SignInRequested(request.Login, request.Password, station) { Waits = entry.Place!.Dispose, MayBegin = known => pace.SignIn(station.Value, known.Value) };
        var outcome = await CountedAsync(station, person.SignIn.RunAsync(asked, context.CancellationToken), came => came is SignInOutcome.SignedIn);
        return outcome is SignInOutcome.ComeBack(var later) ? ComeBack(new SignInReply(), context, request.Language, later) : StationReplies.Of(outcome, request.Language);
    }

    /// <inheritdoc/>
    public override Task<WelcomeReply> Welcome(WelcomeRequest request, ServerCallContext context) =>
        Task.FromResult(StationReplies.Of(person.Welcome.Run(Station(context))));

    /// <inheritdoc/>
    public override async Task<SignInReply> BeginVisit(BeginVisitRequest request, ServerCallContext context)
    {
        var station = Station(context);
        using var place = _signIns.Enter(station.Value);
        if (pace.Visit(station.Value) is { } later) return ComeBack(new SignInReply(), context, request.Language, later);
        using var entry = await gates.SignInAsync(context.CancellationToken);
        if (entry.Away is { } after) return ComeBack(new SignInReply(), context, request.Language, after);
        return StationReplies.Of(await person.SignIn.VisitAsync(station, request.Language), request.Language);
    }

    /// <inheritdoc/>
    public override async Task<ChangePasswordReply> ChangePassword(ChangePasswordRequest request, ServerCallContext context)
    {
        var station = Station(context);
        using var place = _signIns.Enter(station.Value);
        if (request.Login.Length > LongestLogin) throw Invalid($"login must have 1 to {LongestLogin} characters");
        if (request.OldPassword.Length > LongestPassword) throw Invalid($"old_password must have 1 to {LongestPassword} characters");
        if (request.NewPassword.Length is 0 or > LongestPassword) throw Invalid($"new_password must have 1 to {LongestPassword} characters");
        using var entry = await EnterAsync(station, gates.SignInAsync, context.CancellationToken);
        if (entry.Away is { } after) return ComeBack(new ChangePasswordReply(), context, request.Language, after);
        var asked = new OwnPasswordRequest(request.Login, request.OldPassword, request.NewPassword, station) { Waits = entry.Place!.Dispose };
        var outcome = await CountedAsync(station, person.ChangePassword.RunAsync(asked, context.CancellationToken), came => came is OwnPasswordChange.Changed);
        if (outcome is OwnPasswordChange.Crowded(var later)) return ComeBack(new ChangePasswordReply(), context, request.Language, later);
        return outcome is OwnPasswordChange.Changed ? new ChangePasswordReply() : throw StationRefusals.Of(outcome);
    }

    /// <inheritdoc/>
    public override async Task Open(OpenRequest request, IServerStreamWriter<OpenReply> responseStream, ServerCallContext context)
    {
        var station = Station(context);
        var asked = new OpenRequested(new Presented(request.SignIn), station, Pool(request.PoolId)) { Replace = request.Replace, MayOpen = known => pace.Open(station.Value, known.Value) };
        using var place = _streams.Enter(station.Value);
        using var end = ending.With(context);
        using var entry = await EnterAsync(station, gates.OpenAsync, end.Token);
        if (entry.Away is { } after)
        {
            ErrorCatalogue.SendAway(context, request.Language, after);
            return;
        }
        var served = false;
        try
        {
            await foreach (var step in session.Open.RunAsync(asked, end.Token))
            {
                // Whoever waits for a seat or for a host keeps nobody from the gate.
                entry.Dispose();
                if (step is OpeningStep.Refused { Code: ErrorCode.ComeBack, RetryAfter: { } later })
                {
                    ErrorCatalogue.SendAway(context, request.Language, later);
                    return;
                }
                if (step is OpeningStep.Ready ready) pace.Opened(station.Value, ready.SignIn.Person.Value);
                served = step is OpeningStep.Ready;
                await responseStream.WriteAsync(StationReplies.Of(step, request.Language));
            }
        }
        finally
        {
            if (!served) pace.Refused(station.Value);
        }
    }

    /// <inheritdoc/>
    public override async Task Follow(FollowRequest request, IServerStreamWriter<SessionNotice> responseStream, ServerCallContext context)
    {
        var station = Station(context);
        using var place = _streams.Enter(station.Value);
        using var end = ending.With(context);
        var notices = await session.Follow.EnterAsync(new Presented(request.SignIn), station, Session(request.SessionId), new Fence((long)request.Fence), end.Token)
            ?? throw new RefusalException(ErrorCode.SignInEnded);
        await foreach (var followed in notices) await responseStream.WriteAsync(StationReplies.Of(followed, request.Language));
    }

    /// <inheritdoc/>
    public override async Task<ShownReply> Shown(ShownRequest request, ServerCallContext context)
    {
        var shown = new ShownAtStation(new Presented(request.SignIn), Station(context), Session(request.SessionId), new Fence((long)request.Fence),
            new StationTimes(Took(request.SignInTook), Took(request.OpenTook), Took(request.ConnectTook)));
        return await session.Hear.ShownAsync(shown) ? new ShownReply() : throw new RefusalException(ErrorCode.SignInEnded);
    }

    /// <inheritdoc/>
    public override async Task<ExtendReply> Extend(ExtendRequest request, ServerCallContext context) => StationReplies.Of(
        await session.Extend.RunAsync(new ExtensionRequested(new Presented(request.SignIn), Station(context), Session(request.SessionId), new Fence((long)request.Fence))), request.Language);

    /// <inheritdoc/>
    public override async Task<CloseReply> Close(CloseRequest request, ServerCallContext context)
    {
        if (request.Closing == Closing.Unspecified) throw Invalid("closing must be CLOSING_LEAVE or CLOSING_SIGN_OUT");
        var signOut = request.Closing == Closing.SignOut;
        var known = await session.Close.RunAsync(new CloseRequested(new Presented(request.SignIn), Station(context), Session(request.SessionId), new Fence((long)request.Fence), signOut));
        // Who only leaves has left; who wanted the desktop ended must not believe that it is.
        if (signOut && !known) throw new RefusalException(ErrorCode.SignInEnded);
        return new CloseReply();
    }

    /// <inheritdoc/>
    public override async Task<PreferReply> Prefer(PreferRequest request, ServerCallContext context)
    {
        var wish = new KeyValuePair<string, string>[] { new("text_size", request.TextSize), new("contrast", request.Contrast) }.Where(one => one.Value.Length > 0).ToList();
        // A hyphen drops a choice; that is the operator's.
        if (wish.FirstOrDefault(one => one.Value == ProfileChanges.NoChoice) is { Key: not null } none) throw Invalid($"{none.Key} must be a value");
        return await person.Prefer.RunAsync(new PreferenceChosen(new Presented(request.SignIn), Station(context), wish)) is Preference.Refused(var code, var why)
            ? throw new RefusalException(code, why)
            : new PreferReply();
    }

    /// <inheritdoc/>
    public override async Task<CallForHelpReply> CallForHelp(CallForHelpRequest request, ServerCallContext context) =>
        await person.Help.RunAsync(new HelpWanted(new Presented(request.SignIn), Station(context), Session(request.SessionId), request.Language)) switch
        {
            HelpOutcome.Called(var number, var text) => new CallForHelpReply { Number = (ulong)number, Text = text },
            HelpOutcome.Refused(var code) => throw new RefusalException(code),
            _ => throw new InvalidOperationException(),
        };

    // Who was refused too often lately comes to no gate.
    private async ValueTask<Entry> EnterAsync(StationId station, Func<CancellationToken, ValueTask<Entry>> gate, CancellationToken cancel) =>
        pace.Ask(station.Value) is { } later ? new Entry(null, later) : await gate(cancel);

    // Whatever ends it otherwise, an outage or the station's going, leaves as much behind as a refusal.
    private async Task<T> CountedAsync<T>(StationId station, Task<T> call, Func<T, bool> wellDone)
    {
        var served = false;
        try
        {
            var outcome = await call;
            served = wellDone(outcome);
            return outcome;
        }
        finally
        {
            if (!served) pace.Refused(station.Value);
        }
    }

    // Its answer counts for nothing.
    private static T ComeBack<T>(T reply, ServerCallContext context, string language, TimeSpan after)
    {
        ErrorCatalogue.SendAway(context, language, after);
        return reply;
    }

    // What cannot be is as good as not told.
    private static TimeSpan? Took(Duration? duration) => duration is { Seconds: >= 0 and < LongestWay, Nanos: >= 0 and < 1_000_000_000 } ? duration.ToTimeSpan() : null;

    private static PoolId Pool(string id) => id.Length == 0 || PeerName.IsName(id) ? new PoolId(id) : throw Invalid("pool_id must be empty or the id of a pool");

    private static SessionId Session(string id) => id.Length <= LongestSession ? new SessionId(id) : throw Invalid($"session_id must have at most {LongestSession} characters");

    private StationId Station(ServerCallContext context) => new(caller.Require(context, PeerKind.Station));

    private static RefusalException Invalid(string what) => new(ErrorCode.InvalidRequest, what);
}

using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Rpc;
using VdiBroker.Storage;
using VdiBroker.Trust;
using PasswordNotice = VdiBroker.Directory.PasswordNotice;
using PasswordNoticeMessage = VdiBroker.Protocol.Station.V1.PasswordNotice;

namespace VdiBroker.Sessions;

/// <summary>The stations' edge: reads the request, calls the use case, writes the reply.</summary>
internal sealed class StationRpc(Caller caller, PersonCalls person, OpenDesktop open, FollowDoor follow, CloseSignIn close, StreamsEnd ending)
    : StationService.StationServiceBase
{
    private const int SignInsAtOnce = 4;
    private const int StreamsAtOnce = 8;
    private const int LongestLogin = 256;
    private const int LongestPassword = 1024;
    private const int LongestSession = 64;
    private readonly PeerLimits _signIns = new(SignInsAtOnce);
    private readonly PeerLimits _streams = new(StreamsAtOnce);

    /// <inheritdoc/>
    public override async Task<SignInReply> SignIn(SignInRequest request, ServerCallContext context)
    {
        var station = Station(context);
        using var place = _signIns.Enter(station.Value);
        if (request.Login.Length > LongestLogin) throw Invalid($"login must have 1 to {LongestLogin} characters");
        if (request.Password.Length > LongestPassword) throw Invalid($"password must have 1 to {LongestPassword} characters");
        var outcome = await person.SignIn.RunAsync(new SignInRequested(request.Login, request.Password, station), context.CancellationToken);
        if (outcome is not SignInOutcome.SignedIn done) throw StationRefusals.Of(outcome);
        var reply = new SignInReply
        {
            SignIn = done.Secret.Text,
            Person = new Person { DisplayName = done.DisplayName, TenantName = done.TenantName },
            Settings = SettingsOf(done.Settings),
            Limited = done.Limited,
            Password = NoticeOf(done.Notice),
        };
        reply.Desktops.AddRange(done.Desktops.Select(d => new DesktopChoice { PoolId = d.Pool.Id.Value, Name = d.Pool.NameIn(request.Language), Running = d.Running }));
        return reply;
    }

    /// <inheritdoc/>
    public override async Task<ChangePasswordReply> ChangePassword(ChangePasswordRequest request, ServerCallContext context)
    {
        var station = Station(context);
        using var place = _signIns.Enter(station.Value);
        if (request.Login.Length > LongestLogin) throw Invalid($"login must have 1 to {LongestLogin} characters");
        if (request.OldPassword.Length > LongestPassword) throw Invalid($"old_password must have 1 to {LongestPassword} characters");
        if (request.NewPassword.Length is 0 or > LongestPassword) throw Invalid($"new_password must have 1 to {LongestPassword} characters");
        var outcome = await person.ChangePassword.RunAsync(new OwnPasswordRequest(request.Login, request.OldPassword, request.NewPassword, station), context.CancellationToken);
        return outcome is OwnPasswordChange.Changed ? new ChangePasswordReply() : throw StationRefusals.Of(outcome);
    }

    /// <inheritdoc/>
    public override async Task Open(OpenRequest request, IServerStreamWriter<OpenReply> responseStream, ServerCallContext context)
    {
        var asked = new OpenRequested(new Presented(request.SignIn), Station(context), Pool(request.PoolId));
        using var place = _streams.Enter(asked.Station.Value);
        using var end = ending.With(context.CancellationToken);
        await foreach (var step in open.RunAsync(asked, end.Token)) await responseStream.WriteAsync(ReplyOf(step, request.Language), end.Token);
    }

    /// <inheritdoc/>
    public override async Task Follow(FollowRequest request, IServerStreamWriter<SessionNotice> responseStream, ServerCallContext context)
    {
        var station = Station(context);
        using var place = _streams.Enter(station.Value);
        using var end = ending.With(context.CancellationToken);
        var notices = await follow.EnterAsync(new Presented(request.SignIn), station, Session(request.SessionId), new Fence((long)request.Fence), end.Token)
            ?? throw new RefusalException(ErrorCode.SignInEnded);
        await foreach (var followed in notices)
        {
            var notice = new SessionNotice { State = StateOf(followed.View), Text = StationWords.Of(followed, request.Language) };
            if (followed.View == StationView.Moved) notice.Station = followed.Station.Value;
            await responseStream.WriteAsync(notice, end.Token);
        }
    }

    /// <inheritdoc/>
    public override async Task<CloseReply> Close(CloseRequest request, ServerCallContext context)
    {
        if (request.Closing == Closing.Unspecified) throw Invalid("closing must be CLOSING_LEAVE or CLOSING_SIGN_OUT");
        var signOut = request.Closing == Closing.SignOut;
        var known = await close.RunAsync(new CloseRequested(new Presented(request.SignIn), Station(context), Session(request.SessionId), new Fence((long)request.Fence), signOut));
        // Who only leaves has left; who wanted the desktop ended must not believe that it is.
        if (signOut && !known) throw new RefusalException(ErrorCode.SignInEnded);
        return new CloseReply();
    }

    private static OpenReply ReplyOf(OpeningStep step, string language) => step switch
    {
        OpeningStep.Ready ready => new OpenReply { Desktop = DesktopOf(ready, language) },
        OpeningStep.Refused refused => throw new RefusalException(refused.Code, refused.What),
        OpeningStep.Queued queued => new OpenReply { Queued = QueuedOf(queued, language) },
        OpeningStep.WaitingForHost => new OpenReply { Preparing = new Preparing { Text = StationWords.WaitingForHost(language) } },
        _ => new OpenReply { Preparing = new Preparing { Text = StationWords.WaitingForEnd(language) } },
    };

    private static Queued QueuedOf(OpeningStep.Queued step, string language)
    {
        var queued = new Queued { Place = (uint)step.News.Standing.Place, Of = (uint)step.News.Standing.Of, Text = StationWords.Queued(step, language) };
        if (step.News.About is { } about) queued.About = Duration.FromTimeSpan(about);
        return queued;
    }

    private static Desktop DesktopOf(OpeningStep.Ready ready, string language) => new()
    {
        SessionId = ready.Held.Session.Value,
        Fence = (ulong)ready.Held.Fence.Value,
        Host = ready.Host.Id.Value,
        Address = ready.Host.Address,
        Port = (uint)ready.Host.Port,
        CertificateSha256 = ByteString.CopyFrom(Convert.FromHexString(ready.CertificateSha256)),
        User = ready.SignIn.User,
        Ticket = ready.Held.Ticket.Text,
        TicketValid = Duration.FromTimeSpan(Tickets.Life),
        Resumed = ready.Decision is OpeningDecision.Resume,
        Settings = SettingsOf(ready.SignIn.Settings),
        Why = StationWords.Why(ready, language),
    };

    private static Settings SettingsOf(StationSettings settings) => new()
    {
        Keyboard = settings.Keyboard,
        Language = settings.Language,
        ScreenWidth = (uint)settings.ScreenWidth,
        ScreenHeight = (uint)settings.ScreenHeight,
        Clipboard = settings.Clipboard,
    };

    private static PasswordNoticeMessage? NoticeOf(PasswordNotice? notice)
    {
        if (notice is null) return null;
        var told = new PasswordNoticeMessage();
        if (notice.ExpiresIn is { } left) told.ExpiresIn = Duration.FromTimeSpan(left);
        if (notice.GraceLeft is { } grace) told.GraceLeft = (uint)Math.Max(0, grace);
        return told;
    }

    private static SessionState StateOf(StationView view) => view switch
    {
        StationView.Opening => SessionState.Opening,
        StationView.Active => SessionState.Active,
        StationView.Disconnected => SessionState.Disconnected,
        StationView.TicketRefused => SessionState.TicketRefused,
        StationView.Moved => SessionState.Moved,
        StationView.SignedOut => SessionState.SignedOut,
        StationView.HostLost => SessionState.HostLost,
        _ => SessionState.Expired,
    };

    private static PoolId Pool(string id) => id.Length == 0 || PeerName.IsName(id) ? new PoolId(id) : throw Invalid("pool_id must be empty or the id of a pool");

    private static SessionId Session(string id) => id.Length <= LongestSession ? new SessionId(id) : throw Invalid($"session_id must have at most {LongestSession} characters");

    private StationId Station(ServerCallContext context) => new(caller.Require(context, PeerKind.Station));

    private static RefusalException Invalid(string what) => new(ErrorCode.InvalidRequest, what);
}

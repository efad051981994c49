using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Threading.Channels;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.ThinClientShim.Tests.Peers;

/// <summary>What all brokers of a test answer: the person, the desktop and what becomes of it, as the test says.</summary>
internal sealed class ScriptedDesk
{
    public const string Login = "amelie.durand";

    private readonly Lock _gate = new();
    private readonly List<Channel<SessionNotice>> _followers = [];
    private SessionNotice _now = new() { State = SessionState.Opening };
    private ulong _fence;
    private int _session = 1;
    private volatile TaskCompletionSource _cut = new();
    private string _why = "";

    /// <summary>The right password, another one in each test.</summary>
    public string Password { get; private set; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(12));

    public ConcurrentQueue<SignInRequest> SignIns { get; } = new();

    public ConcurrentQueue<ChangePasswordRequest> Changes { get; } = new();

    /// <summary>The right password is refused with this until it is changed; null: it is taken.</summary>
    public RpcException? MustChange { get; set; }

    /// <summary>Said instead of a change, one each time; then changes again.</summary>
    public ConcurrentQueue<RpcException> ChangeFaults { get; } = new();

    /// <summary>Said after a change that was made, one each time: its answer is lost.</summary>
    public ConcurrentQueue<RpcException> LostAnswers { get; } = new();

    /// <summary>Said with each sign-in reply.</summary>
    public Action<SignInReply> Notice { get; set; } = _ => { };

    public ConcurrentQueue<OpenRequest> Opens { get; } = new();

    public ConcurrentQueue<FollowRequest> Follows { get; } = new();

    public ConcurrentQueue<CloseRequest> Closes { get; } = new();

    public ConcurrentQueue<PreferRequest> Preferences { get; } = new();

    /// <summary>Tickets given out, in order.</summary>
    public ConcurrentQueue<string> Tickets { get; } = new();

    /// <summary>Said instead of a sign-in reply; null: none.</summary>
    public RpcException? SignInFault { get; set; }

    /// <summary>Said instead of a desktop, one each time; then desktops again.</summary>
    public ConcurrentQueue<RpcException> OpenFaults { get; } = new();

    /// <summary>Desktops on offer.</summary>
    public IReadOnlyList<DesktopChoice> Desktops { get; set; } = [new() { PoolId = "bureau", Name = "Bureau" }];

    public Settings Settings { get; set; } = new() { Keyboard = "fr", Language = "fr" };

    /// <summary>What each opening says of it: the running session, or a new one.</summary>
    public bool Resumed { get; set; }

    /// <summary>State of the session right after each opening.</summary>
    public SessionState AfterOpening { get; set; } = SessionState.Active;

    /// <summary>A failure with its trailer, as a broker sends it.</summary>
    public static RpcException Fault(ErrorCode code, StatusCode status, Retry retry, string text, TimeSpan? retryAfter = null)
    {
        var detail = new ErrorDetail { Code = code, Retry = retry, Text = text, Reference = "REF12345" };
        if (retryAfter is { } wait) detail.RetryAfter = Duration.FromTimeSpan(wait);
        return new RpcException(new Status(status, "scripted"), new Metadata { { "vdi-error-bin", detail.ToByteArray() } });
    }

    public SignInReply SignIn(SignInRequest request)
    {
        SignIns.Enqueue(request);
        if (SignInFault is not null) throw SignInFault;
        if (request.Password != Password)
        {
            throw Fault(ErrorCode.SignInRejected, StatusCode.Unauthenticated, Retry.OtherInput,
                request.Language == "fr" ? "Ce mot de passe ne va pas." : "That password does not fit.");
        }
        if (MustChange is not null) throw MustChange;
        var reply = new SignInReply
        {
            SignIn = Token(),
            Person = new() { DisplayName = "Amélie Durand", TenantName = "Ville de Drancy" },
            Settings = Settings,
        };
        reply.Desktops.AddRange(Desktops);
        Notice(reply);
        return reply;
    }

    /// <summary>What stations are told of their first page.</summary>
    public WelcomeReply Welcome { get; set; } = new();

    public ConcurrentQueue<BeginVisitRequest> Visits { get; } = new();

    public SignInReply BeginVisit(BeginVisitRequest request)
    {
        Visits.Enqueue(request);
        var reply = new SignInReply { SignIn = Token(), Person = new() { DisplayName = "Visiteur", TenantName = "Médiathèque" }, Settings = Settings };
        reply.Desktops.AddRange(Desktops);
        return reply;
    }

    public void ChangePassword(ChangePasswordRequest request)
    {
        Changes.Enqueue(request);
        if (request.OldPassword != Password) throw Fault(ErrorCode.SignInRejected, StatusCode.Unauthenticated, Retry.OtherInput, "Ce mot de passe ne va pas.");
        if (ChangeFaults.TryDequeue(out var fault)) throw fault;
        (Password, MustChange) = (request.NewPassword, null);
        if (LostAnswers.TryDequeue(out var lost)) throw lost;
    }

    /// <summary>Told before each desktop: the places in the queue, the last one until <see cref="Served"/>.</summary>
    public IReadOnlyList<Queued> Places { get; set; } = [];

    /// <summary>Ends the wait in the queue.</summary>
    public TaskCompletionSource Served { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task QueueAsync(IServerStreamWriter<OpenReply> station, CancellationToken cancel)
    {
        if (Places.Count == 0) return;
        var cut = new TaskCompletionSource();
        _cut = cut;
        foreach (var place in Places) await station.WriteAsync(new() { Queued = place }, cancel);
        if (await Task.WhenAny(Served.Task, cut.Task).WaitAsync(cancel) == cut.Task) throw new RpcException(new Status(StatusCode.Unavailable, "cut"));
    }

    /// <summary>Said to who asks for a desktop without giving the old one up, which is then waited for; null: nothing.</summary>
    public string? Missed { get; set; }

    public async Task MissAsync(OpenRequest request, IServerStreamWriter<OpenReply> station, CancellationToken cancel)
    {
        if (Missed is not { } text || request.Replace) return;
        Opens.Enqueue(request);
        await station.WriteAsync(new() { Preparing = new() { Text = text, Replaceable = true } }, cancel);
        await Served.Task.WaitAsync(cancel);
    }

    /// <summary>Ends the stream of whoever waits in the queue, as a broker's end does.</summary>
    public void CutsQueue() => _cut.SetResult();

    /// <summary>Told with every notice: over how long stations are to spread their return; null: nothing.</summary>
    public TimeSpan? Spread { get; set; }

    /// <summary>Ends every stream that tells of the session.</summary>
    public void Cuts(RpcException fault)
    {
        lock (_gate)
        {
            foreach (var follower in _followers) follower.Writer.TryComplete(fault);
            _followers.Clear();
        }
    }

    /// <summary>What each desktop is opened with.</summary>
    public Credential Credential { get; set; }

    public ConcurrentQueue<ShownRequest> Pictures { get; } = new();

    /// <summary>Said to a first picture.</summary>
    public Func<ShownReply> OnShown { get; set; } = () => new();

    public ShownReply Shown(ShownRequest request)
    {
        Pictures.Enqueue(request);
        return OnShown();
    }

    public Desktop Open(OpenRequest request)
    {
        Opens.Enqueue(request);
        if (OpenFaults.TryDequeue(out var fault)) throw fault;
        var ticket = Credential == Credential.Password ? "" : Token();
        Tickets.Enqueue(ticket);
        lock (_gate)
        {
            _now = new() { State = AfterOpening };
            return new()
            {
                SessionId = $"01JDSESSION{_session:000000000000000}",
                Why = _why,
                Resumed = Resumed,
                Fence = ++_fence,
                Host = "blade1",
                Address = "127.0.3.1",
                Port = 33890,
                CertificateSha256 = ByteString.CopyFrom(Enumerable.Range(0, 32).Select(n => (byte)(n * 7)).ToArray()),
                User = Login,
                Ticket = ticket,
                Credential = Credential,
                TicketValid = Duration.FromTimeSpan(TimeSpan.FromSeconds(60)),
                Settings = Settings,
            };
        }
    }

    public async Task FollowAsync(FollowRequest request, IServerStreamWriter<SessionNotice> to, CancellationToken cancel)
    {
        Follows.Enqueue(request);
        var notices = Channel.CreateUnbounded<SessionNotice>();
        lock (_gate)
        {
            notices.Writer.TryWrite(_now);
            _followers.Add(notices);
        }
        await foreach (var notice in notices.Reader.ReadAllAsync(cancel))
        {
            await to.WriteAsync(Spread is { } spread ? new SessionNotice(notice) { Spread = Duration.FromTimeSpan(spread) } : notice, cancel);
            if (notice.State is SessionState.Moved or SessionState.SignedOut or SessionState.HostLost or SessionState.Expired or SessionState.Forgotten) return;
        }
    }

    public void Close(CloseRequest request)
    {
        Closes.Enqueue(request);
        if (request.Closing == Closing.SignOut) Becomes(SessionState.SignedOut, "Votre session est bien fermée.");
    }

    /// <summary>The session changes; every follower hears it.</summary>
    public void Becomes(SessionState state, string text = "", string station = "")
    {
        lock (_gate)
        {
            _now = new() { State = state, Text = text, Station = station };
            foreach (var follower in _followers) follower.Writer.TryWrite(_now);
        }
    }

    /// <summary>The running session has an end that comes near, or (null) none any more.</summary>
    public void Warns(LimitWarning? warning)
    {
        lock (_gate)
        {
            _now = new() { State = SessionState.Active, Warning = warning };
            foreach (var follower in _followers) follower.Writer.TryWrite(_now);
        }
    }

    public ConcurrentQueue<ExtendRequest> Extensions { get; } = new();

    /// <summary>Answers a wish for more time.</summary>
    public Func<ExtendReply> Extension { get; set; } = () => throw new RpcException(new Status(StatusCode.Unimplemented, ""));

    public ExtendReply Extend(ExtendRequest request)
    {
        Extensions.Enqueue(request);
        return Extension();
    }

    /// <summary>From now on openings give another session, for this reason.</summary>
    public void NextSession(string why)
    {
        lock (_gate) (_session, _why) = (_session + 1, why);
    }

    /// <summary>Hears how the station is and gives orders; null: a broker that knows no such call.</summary>
    public ScriptedAttendance? Attendance { get; set; }

    public ConcurrentQueue<CallForHelpRequest> HelpCalls { get; } = new();

    /// <summary>Answers a call for help.</summary>
    public Func<CallForHelpReply> Help { get; set; } = () => new() { Number = 17, Text = "L'assistance est prévenue (appel 17)." };

    public CallForHelpReply CallForHelp(CallForHelpRequest request)
    {
        HelpCalls.Enqueue(request);
        return Help();
    }

    private static string Token() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}

using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using VdiBroker.Machines;
using VdiBroker.Pools;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Rpc;
using IdleAct = VdiBroker.Profiles.IdleAct;
using IdleActMessage = VdiBroker.Protocol.Station.V1.IdleAct;
using PasswordNotice = VdiBroker.Directory.PasswordNotice;
using PasswordNoticeMessage = VdiBroker.Protocol.Station.V1.PasswordNotice;
using PrinterList = VdiBroker.Profiles.PrinterList;
using WhenIdle = VdiBroker.Profiles.WhenIdle;
using WhenIdleMessage = VdiBroker.Protocol.Station.V1.WhenIdle;

namespace VdiBroker.Sessions;

/// <summary>What the use cases say, as messages of the stations' protocol.</summary>
internal static class StationReplies
{
    /// <summary>What came of a sign-in.</summary>
    /// <exception cref="RefusalException">There is none.</exception>
    public static SignInReply Of(SignInOutcome outcome, string language)
    {
        if (outcome is not SignInOutcome.SignedIn done) throw StationRefusals.Of(outcome);
        var reply = new SignInReply
        {
            SignIn = done.Secret.Text,
            Person = new Person { DisplayName = done.DisplayName, TenantName = done.TenantName },
            Settings = Of(done.Settings),
            Limited = done.Limited,
            Password = Of(done.Notice),
        };
        reply.Desktops.AddRange(done.Desktops.Select(d => new DesktopChoice { PoolId = d.Pool.Id.Value, Name = d.Pool.NameIn(language), Running = d.Running }));
        return reply;
    }

    /// <summary>What stands on a station's first page.</summary>
    /// <param name="pool">What visitors get there; null = people sign in.</param>
    public static WelcomeReply Of(Pool? pool) => pool is null ? new WelcomeReply() : new WelcomeReply { Visitors = true, Longest = Duration.FromTimeSpan(pool.Limits.Longest ?? TimeSpan.Zero) };

    /// <summary>A step of an opening.</summary>
    /// <exception cref="RefusalException">The step is a refusal.</exception>
    public static OpenReply Of(OpeningStep step, string language) => step switch
    {
        OpeningStep.Ready ready => new OpenReply { Desktop = DesktopOf(ready, language) },
        OpeningStep.Refused refused => throw Refusal(refused),
        OpeningStep.Queued queued => new OpenReply { Queued = QueuedOf(queued, language) },
        OpeningStep.Waking waking => new OpenReply { Preparing = PreparingOf(waking, language) },
        OpeningStep.WaitingForHost wait => new OpenReply { Preparing = new Preparing { Text = StationWords.WaitingForHost(wait, language), Replaceable = wait.Missed is not null } },
        _ => new OpenReply { Preparing = new Preparing { Text = StationWords.WaitingForEnd(language) } },
    };

    private static Preparing PreparingOf(OpeningStep.Waking step, string language)
    {
        var preparing = new Preparing { Text = StationWords.Waking(step, language) };
        if (step.About is { } about) preparing.About = Duration.FromTimeSpan(about);
        return preparing;
    }

    private static RefusalException Refusal(OpeningStep.Refused refused) => new(refused.Code, refused.What, refused.RetryAfter, refused.Reference)
    {
        Shows = refused.Hours is { } closed ? language => HoursWords.Closed(closed, language) : null,
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
        Credential = HasPassword(ready) ? Credential.Password : Credential.Ticket,
        Ticket = HasPassword(ready) ? "" : ready.Held.Ticket.Text,
        TicketValid = Duration.FromTimeSpan(Tickets.Life),
        Resumed = ready.Decision is OpeningDecision.Resume,
        Settings = Of(ready.SignIn.Settings),
        Why = StationWords.Why(ready, language),
    };

    private static bool HasPassword(OpeningStep.Ready ready) => ready.Machine is { Credential: MachineCredential.Password };

    /// <summary>What became of a session.</summary>
    public static SessionNotice Of(Followed followed, string language)
    {
        var notice = new SessionNotice { State = StateOf(followed.View), Text = StationWords.Of(followed, language) };
        if (followed.View == StationView.Moved) notice.Station = followed.Station.Value;
        if (followed.End is { } end) notice.Warning = LimitWords.Of(end, followed.IsVisitor, language);
        if (followed.Spread is { } spread) notice.Spread = Duration.FromTimeSpan(spread);
        return notice;
    }

    /// <summary>What came of a wish for more time.</summary>
    /// <exception cref="RefusalException">There is none.</exception>
    public static ExtendReply Of(Extension extension, string language) => extension is Extension.Granted granted
        ? new ExtendReply { EndsIn = Duration.FromTimeSpan(granted.EndsIn), Text = LimitWords.Extended(language) }
        : throw new RefusalException(((Extension.Refused)extension).Code);

    /// <summary>What the station applies.</summary>
    public static Settings Of(StationSettings settings)
    {
        var told = new Settings
        {
            Keyboard = settings.Keyboard,
            Language = settings.Language,
            ScreenWidth = (uint)settings.ScreenWidth,
            ScreenHeight = (uint)settings.ScreenHeight,
            Clipboard = settings.Clipboard,
            TextSize = settings.TextSize,
            Contrast = settings.Contrast,
            WhenIdle = settings.WhenIdle is { } idle ? Of(idle) : null,
            Usb = settings.Usb == "on",
            OneScreen = settings.Screens == "one",
        };
        if (uint.TryParse(settings.Volume, out var volume)) told.Volume = volume;
        told.Printers.AddRange(PrinterList.NamesIn(settings.Printers));
        return told;
    }

    private static WhenIdleMessage Of(WhenIdle idle) => new()
    {
        After = Duration.FromTimeSpan(idle.After),
        Warn = Duration.FromTimeSpan(idle.Warn),
        Act = idle.Act switch
        {
            IdleAct.Lock => IdleActMessage.Lock,
            IdleAct.SignOut => IdleActMessage.SignOut,
            _ => IdleActMessage.Disconnect,
        },
    };

    /// <summary>What the person should know of their password; null = nothing.</summary>
    public static PasswordNoticeMessage? Of(PasswordNotice? notice)
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
        StationView.HostSilent => SessionState.HostSilent,
        StationView.Forgotten => SessionState.Forgotten,
        _ => SessionState.Expired,
    };
}

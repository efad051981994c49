using System.Security.Cryptography;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;
using VdiBroker.Shim.Sound;

namespace VdiBroker.Shim.Sessions;

/// <summary>The station's day: a person signs in, has their desktop, goes; then the next.</summary>
/// <param name="room">What there is to work with.</param>
/// <param name="wishes">What is wanted of a running visit.</param>
/// <param name="once">End after one session.</param>
/// <param name="stop">The station's own end.</param>
internal sealed class Station(Room room, Wishes wishes, bool once, CancellationToken stop)
{
    private static readonly TimeSpan OnTheSide = TimeSpan.FromSeconds(2.5);

    private readonly NewPassword _newPassword = new(room, stop);
    private readonly Welcoming _welcoming = new(room);
    private LockedStation? _locked;

    /// <summary>One visit with a name and a password given by a program: a refusal ends it.</summary>
    /// <param name="name">Who.</param>
    /// <param name="password">The password.</param>
    /// <param name="wanted">Gives the new password, asked for only when the person must change it; null or empty = none.</param>
    public async Task<ExitCode> ScriptedAsync(string? name, byte[]? password, Func<Task<byte[]?>> wanted)
    {
        return password is { Length: > 0 } && !string.IsNullOrEmpty(name)
            ? await VisitAsync(name, password, async old => await wanted() is { Length: > 0 } one ? await _newPassword.TryAsync(name, old, one) : null)
            : Refused(room.Person.Words["password-wrong"]);
    }

    /// <summary>Visit after visit, until the input ends, or the first session with <c>--once</c>.</summary>
    public async Task<ExitCode> AskingAsync()
    {
        while (true)
        {
            room.Scene.Ends(_locked is not null);
            if (await _welcoming.NextAsync(_locked, stop) is not { } comer) return ExitCode.Done;
            if (comer.Name != _locked?.Login) _locked = null;
            if (comer.WantsChange)
            {
                await _newPassword.ByChoiceAsync(comer);
                continue;
            }
            var end = ReferenceEquals(comer, Comer.Visitor) ? await WithoutNameAsync() : await VisitAsync(comer.Name, comer.Password, old => _newPassword.AskAsync(comer.Name, old));
            if (stop.IsCancellationRequested) return end;
            if (once && _locked is null && end is not (ExitCode.SignInRefused or ExitCode.NoBroker or ExitCode.NoDesktop)) return end;
        }
    }

    /// <summary>Signs in and opens; where the password must be changed first, signs in with what <paramref name="change"/> makes of it (null = nothing).</summary>
    private async Task<ExitCode> VisitAsync(string name, byte[] password, Func<byte[], Task<byte[]?>>? change)
    {
        Begin();
        byte[]? wanted = null;
        var old = password.ToArray();
        using var held = new HeldPassword(password);
        var since = room.Clock.GetTimestamp();
        SignInReply? reply;
        try
        {
            (reply, var refusal, var end) = await AskAsync("sign-in", () => room.Calls.SignInAsync(name, password, stop));
            if (refusal is not null && change is not null && NewPassword.IsWanted(refusal.Code)) wanted = await change(old);
            if (reply is null && wanted is null) return end;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(password);
            CryptographicOperations.ZeroMemory(old);
        }
        if (reply is null)
        {
            held.Dispose();
            return await VisitAsync(name, wanted!, change: null);
        }
        return await WelcomeAsync(reply, name, new SignedIn(reply.SignIn, room.Clock.GetElapsedTime(since), held, reply.Settings?.WhenIdle));
    }

    /// <summary>One visit of somebody without a name.</summary>
    private async Task<ExitCode> WithoutNameAsync()
    {
        Begin();
        using var none = new HeldPassword([]);
        var since = room.Clock.GetTimestamp();
        var (reply, _, end) = await AskAsync("begin-visit", () => room.Calls.BeginVisitAsync(stop));
        return reply is null ? end : await WelcomeAsync(reply, "", new SignedIn(reply.SignIn, room.Clock.GetElapsedTime(since), none, reply.Settings?.WhenIdle) { IsVisitor = true });
    }

    private void Begin()
    {
        wishes.Clear();
        room.Scene.Opens(wishes);
        room.Monitors.Look();
    }

    /// <summary>Asks for a sign-in; what came instead has been told.</summary>
    private async Task<(SignInReply? Reply, ErrorDetail? Refusal, ExitCode Ended)> AskAsync(string call, Func<Task<SignInReply>> ask)
    {
        try
        {
            room.Person.Progress(room.Person.Words["signing-in"]);
            return (await ask(), null, ExitCode.Done);
        }
        catch (RefusedException refusal)
        {
            room.Journal.Step($"refused call={call} code={refusal.Detail.Code} reference={refusal.Detail.Reference}");
            return (null, refusal.Detail, Refused(Refusals.Text(refusal.Detail, room.Person.Words)));
        }
        catch (NoBrokerException none)
        {
            room.Journal.Step($"no-broker missing={none.Why}");
            room.Person.Tell(Refusals.Word(none), []);
            return (null, null, ExitCode.NoBroker);
        }
    }

    /// <summary>From the sign-in to the end of the visit.</summary>
    private async Task<ExitCode> WelcomeAsync(SignInReply reply, string name, SignedIn person)
    {
        var unlocked = reply.Desktops.FirstOrDefault(one => one.PoolId == _locked?.Pool);
        _locked = null;
        room.Journal.Step($"signed-in desktops={reply.Desktops.Count}{(reply.Limited ? " limited=true" : "")}");
        room.Person.Greet(reply.Person?.DisplayName ?? name, reply.Person?.TenantName ?? "", reply.Settings ?? new Settings());
        if (reply.Limited) room.Person.Tell("limited", []);
        TellOf(reply.Password);
        if ((unlocked ?? await room.Person.ChooseAsync(reply.Desktops, stop)) is not { } choice) return await TurnBackAsync(person);
        // On the side: nobody waits for it.
        var preferring = PreferAsync(person);
        var sounding = reply.Settings is { HasVolume: true } settings ? StationVolume.SetAsync(settings.Volume, room.Journal) : Task.CompletedTask;
        var (ended, isLocked) = await VisitAsync(person, choice);
        await Task.WhenAll(preferring, sounding);
        if (isLocked) _locked = new(name, reply.Person?.DisplayName ?? name, choice.PoolId);
        return ended;
    }

    /// <summary>Signed in, and wants none of the desktops.</summary>
    private async Task<ExitCode> TurnBackAsync(SignedIn person)
    {
        await PreferAsync(person);
        person.Password.Dispose();
        await TellAsync("close", () => room.Calls.CloseAsync(new CloseRequest { SignIn = person.Proof, Closing = Closing.Leave }, OnTheSide, CancellationToken.None));
        return ExitCode.NoDesktop;
    }

    private async Task PreferAsync(SignedIn person)
    {
        if (room.Person.TakeChoice() is not { } chosen) return;
        chosen.SignIn = person.Proof;
        await TellAsync("prefer", () => room.Calls.PreferAsync(chosen, OnTheSide, stop));
    }

    // What nobody waits for, and what is no loss when no broker hears it.
    private async Task TellAsync(string call, Func<Task> ask)
    {
        try
        {
            await ask();
        }
        catch (Exception fault) when (fault is RefusedException or NoBrokerException or OperationCanceledException)
        {
            room.Journal.Step($"refused call={call} why={fault.Message}");
        }
    }

    private async Task<(ExitCode Ended, bool IsLocked)> VisitAsync(SignedIn person, DesktopChoice choice)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var keys = room.Person.Wishing();
        var commands = CommandsAsync(over.Token);
        try
        {
            await using var visit = new Visit(room, person, choice, wishes);
            return (await visit.RunAsync(), visit.IsLocked);
        }
        finally
        {
            await over.CancelAsync();
            await commands;
        }
    }

    private void TellOf(PasswordNotice? notice)
    {
        if (notice is { HasGraceLeft: true }) room.Person.Tell("password-grace", notice.GraceLeft);
        else if (notice?.ExpiresIn?.ToTimeSpan() is { } left) room.Person.Tell("password-expires", (int)Math.Max(0, Math.Floor(left.TotalDays)));
    }

    private ExitCode Refused(string sentence)
    {
        room.Person.Tell(sentence);
        return ExitCode.SignInRefused;
    }

    private async Task CommandsAsync(CancellationToken over)
    {
        try
        {
            while (true)
                if (!wishes.Add(await room.Person.WishAsync(over))) room.Person.Tell("not-on-offer", []);
        }
        catch (OperationCanceledException)
        {
            // The visit is over; what is typed now is the next person's.
        }
    }
}

using System.Security.Cryptography;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;

namespace VdiBroker.Shim.Sessions;

/// <summary>The station's day: a person signs in, has their desktop, goes; then the next.</summary>
/// <param name="room">What there is to work with.</param>
/// <param name="wishes">What is wanted of a running visit.</param>
/// <param name="once">End after one session.</param>
/// <param name="stop">The station's own end.</param>
internal sealed class Station(Room room, Wishes wishes, bool once, CancellationToken stop)
{
    /// <summary>One visit with a name and a password given by a program: a refusal ends it.</summary>
    public async Task<ExitCode> ScriptedAsync(byte[]? password)
    {
        var name = room.Settings.User ?? await room.Person.AskAsync(room.Person.Words["ask-name"], stop);
        return password is { Length: > 0 } && !string.IsNullOrEmpty(name)
            ? await VisitAsync(name, password)
            : Refused(room.Person.Words["password-wrong"]);
    }

    /// <summary>Visit after visit, until the input ends, or the first session with <c>--once</c>.</summary>
    public async Task<ExitCode> AskingAsync()
    {
        while (true)
        {
            var name = room.Settings.User ?? await room.Person.AskAsync(room.Person.Words["ask-name"], stop);
            if (name is null) return ExitCode.Done;
            if (name.Length == 0) continue;
            if (await room.Person.AskPasswordAsync(stop) is not { } password) return ExitCode.Done;
            if (password.Length == 0)
            {
                room.Person.Tell("password-wrong", []);
                continue;
            }
            var end = await VisitAsync(name, password);
            if (stop.IsCancellationRequested) return end;
            if (once && end is not (ExitCode.SignInRefused or ExitCode.NoBroker or ExitCode.NoDesktop)) return end;
        }
    }

    private async Task<ExitCode> VisitAsync(string name, byte[] password)
    {
        wishes.Clear();
        SignInReply reply;
        try
        {
            room.Person.Tell("signing-in", []);
            reply = await room.Calls.SignInAsync(name, password, stop);
        }
        catch (RefusedException refusal)
        {
            room.Journal.Step($"refused call=sign-in code={refusal.Detail.Code} reference={refusal.Detail.Reference}");
            return Refused(Refusals.Text(refusal.Detail, room.Person.Words));
        }
        catch (NoBrokerException none)
        {
            room.Journal.Step("no-broker");
            room.Person.Tell(none.Late ? "late" : "no-broker", []);
            return ExitCode.NoBroker;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(password);
        }
        room.Journal.Step($"signed-in desktops={reply.Desktops.Count}");
        room.Person.Tell("hello", reply.Person?.DisplayName ?? name, reply.Person?.TenantName ?? "");
        if (await room.Person.ChooseAsync(reply.Desktops, stop) is not { } choice) return ExitCode.Done;
        return await VisitAsync(reply.SignIn, choice);
    }

    private async Task<ExitCode> VisitAsync(string signIn, DesktopChoice choice)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var commands = CommandsAsync(over.Token);
        try
        {
            return await new Visit(room, signIn, choice, wishes).RunAsync();
        }
        finally
        {
            await over.CancelAsync();
            await commands;
        }
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
            while (true) wishes.Add(await room.Person.WishAsync(over));
        }
        catch (OperationCanceledException)
        {
            // The visit is over; what is typed now is the next person's.
        }
    }
}

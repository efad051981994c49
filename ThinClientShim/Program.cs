using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using VdiBroker.Protocol;
using VdiBroker.Shim.Banners;
using VdiBroker.Shim.Brokers;
using VdiBroker.Shim.Configuration;
using VdiBroker.Shim.Greeters;
using VdiBroker.Shim.Orders;
using VdiBroker.Shim.Printing;
using VdiBroker.Shim.Rdp;
using VdiBroker.Shim.Sessions;
using VdiBroker.Shim.Terminal;
using VdiBroker.Shim.Words;

[assembly: SupportedOSPlatform("linux")]

namespace VdiBroker.Shim;

internal static class Program
{
    private static readonly TimeSpan _toTell = TimeSpan.FromSeconds(1);

    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is [BannerWindow.Option]) return BannerWindow.Run();
        if (arguments is [PrintDesk.Word]) return PrintDesk.Run();
        if (arguments is [GreeterWindow.Word, .. var look]) return GreeterWindow.Run(look);
        // Not Console.Out: it sets the terminal up for things that are not needed here, and costs start time.
        using var screen = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
        var faults = new List<Fault>();
        if (Options.Read(arguments, screen, faults) is not { } line) return (int)ExitCode.Done;
        MachineAuthorities.LeaveUnread();
        using var secrets = line.PasswordFd is { } other and not 0 ? new SecretLines(other) : null;
        var inputs = new Inputs(Lines.Of(0), secrets);
        while (true)
        {
            if (new SettingsLayers(line).Read(faults, out var words) is not { } settings) return (int)Wrong(words, faults, screen);
            if (FreeRdp.Find(settings.FreeRdp) is not { } viewer)
            {
                screen.WriteLine(settings.Words["viewer-missing", settings.FreeRdp]);
                return (int)ExitCode.NoViewer;
            }
            if (await RunAsync(settings with { FreeRdp = viewer }, line, screen, inputs) is { } end) return (int)end;
        }
    }

    // Null: other settings are to be read.
    private static async Task<ExitCode?> RunAsync(StationSettings settings, CommandLine line, TextWriter screen, Inputs inputs)
    {
        Journal journal;
        try
        {
            journal = Journal.Open(settings.Log);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            screen.WriteLine(settings.Words["log-unwritable", settings.Log!, fault.Message]);
            return ExitCode.BadSettings;
        }
        using var closing = journal;
        using var stop = new CancellationTokenSource();
        var wishes = new Wishes();
        var isLeft = false;
        void Leave(PosixSignalContext context)
        {
            context.Cancel = isLeft = true;
            wishes.Add(Wish.Leave);
            stop.Cancel();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Leave);
        // Ctrl-\ at the password prompt would leave the terminal without its echo.
        using var quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Leave);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Leave);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Leave);
        // Ctrl-Z would leave a desktop on the screen that nobody supervises, and a terminal that shows no keys.
        using var suspend = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, context => context.Cancel = true);

        journal.Step($"started pid={Environment.ProcessId}");
        ViewerHome.RemoveLeftovers();
        using var brokers = new BrokerRing(settings, journal);
        var (input, secrets) = inputs;
        var terminal = new Conversation(settings.Words, screen, input, atTerminal: line.PasswordFd is null && !Console.IsInputRedirected);
        await using var greeter = new Greeter(settings, journal, screen);
        using var ending = stop.Token.Register(greeter.Stop);
        IPerson person = line.Greeter && line.PasswordFd is null ? new GreetedPerson(settings, greeter, new HelpdeskMessage(TimeProvider.System)) : terminal;
        var room = new Room(settings, brokers, new Calls(brokers, () => person.Words.Language), person, journal, TimeProvider.System);
        var station = new Station(room, wishes, line.Once, stop.Token);
        ExitCode end;
        Task renewing = Task.CompletedTask, changing = Task.CompletedTask;
        var isChanged = false;
        async Task ChangeAsync()
        {
            do
            {
                await room.Scene.SettingsWantedAsync(stop.Token);
                // The helpdesk hears first what became of its order; somebody may sit down meanwhile.
                await Task.Delay(_toTell, stop.Token);
            }
            while (!room.Scene.MayChange);
            isChanged = true;
            await stop.CancelAsync();
        }
        try
        {
            Task<byte[]?> SecretAsync() => secrets?.NextAsync(stop.Token) ?? input.NextAsync(stop.Token);
            async Task<ExitCode> ScriptedAsync()
            {
                var password = await SecretAsync();
                return await station.ScriptedAsync(settings.User ?? await terminal.AskAsync(settings.Words["ask-name"], stop.Token), password, SecretAsync);
            }
            if (settings.Identity.Certificate is null) await new Enrolment(settings, person, journal).RunAsync(stop.Token);
            // Only who is known can say how it is.
            await using var attendance = new Attendance(room);
            renewing = new Renewer(settings.Identity, brokers, journal, TimeProvider.System, room.Scene.CertificateEnded).RunAsync(stop.Token);
            changing = ChangeAsync();
            end = line.PasswordFd is null ? await station.AskingAsync() : await ScriptedAsync();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            end = ExitCode.Done;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException && settings.Identity.Certificate is null)
        {
            screen.WriteLine(settings.Words["enrol-not-kept", fault.Message]);
            end = ExitCode.BadSettings;
        }
        await stop.CancelAsync();
        await renewing;
        await changing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (isChanged && !isLeft)
        {
            journal.Step("settings-changed");
            return null;
        }
        journal.Step($"ended code={(int)end}");
        return end;
    }

    /// <summary>What is read for as long as the process runs: a thread waits at each.</summary>
    private sealed record Inputs(Lines Input, SecretLines? Secrets);

    private static ExitCode Wrong(Wording words, List<Fault> faults, TextWriter screen)
    {
        screen.WriteLine(words["config-head"]);
        foreach (var fault in faults) screen.WriteLine("  " + words[fault.Word, fault.Values]);
        return ExitCode.BadSettings;
    }
}

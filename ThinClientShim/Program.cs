using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
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
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is [BannerWindow.Option]) return BannerWindow.Run();
        if (arguments is [PrintDesk.Word]) return PrintDesk.Run();
        if (arguments is [GreeterWindow.Word, .. var look]) return GreeterWindow.Run(look);
        // Not Console.Out: it sets the terminal up for things that are not needed here, and costs start time.
        using var screen = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
        var faults = new List<Fault>();
        if (Options.Read(arguments, screen, faults) is not { } line) return (int)ExitCode.Done;

        var file = line.ConfigNamed || File.Exists(line.Config) ? SettingsFile.Read(line.Config, faults) : [];
        List<Given> given = [.. line.Given, .. file.Where(one => !line.Given.Any(option => option.Key == one.Key))];
        // With the password on standard input there is no line left for the name.
        if (line.PasswordFd == 0 && !given.Any(one => one.Key == Key.User)) faults.Add(new("config-missing", line.Config, Key.User.Name));
        var check = new SettingsCheck(given, line.Config, faults);
        if (check.Settings() is not { } settings) return (int)Wrong(check.Words, faults, screen);
        if (FreeRdp.Find(settings.FreeRdp) is not { } viewer)
        {
            screen.WriteLine(settings.Words["viewer-missing", settings.FreeRdp]);
            return (int)ExitCode.NoViewer;
        }
        return (int)await RunAsync(settings with { FreeRdp = viewer }, line, screen);
    }

    private static async Task<ExitCode> RunAsync(StationSettings settings, CommandLine line, TextWriter screen)
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
        void Leave(PosixSignalContext context)
        {
            context.Cancel = true;
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
        using var secrets = line.PasswordFd is { } other and not 0 ? new SecretLines(other) : null;
        var input = Lines.Of(0);
        var terminal = new Conversation(settings.Words, screen, input, atTerminal: line.PasswordFd is null && !Console.IsInputRedirected);
        await using var greeter = new Greeter(settings, journal, screen);
        using var ending = stop.Token.Register(greeter.Stop);
        IPerson person = line.Greeter && line.PasswordFd is null ? new GreetedPerson(settings, greeter) : terminal;
        var room = new Room(settings, brokers, new Calls(brokers, () => person.Words.Language), person, journal, TimeProvider.System);
        var station = new Station(room, wishes, line.Once, stop.Token);
        ExitCode end;
        var renewing = Task.CompletedTask;
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
            renewing = new Renewer(settings.Identity, brokers, journal, TimeProvider.System).RunAsync(stop.Token);
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
        journal.Step($"ended code={(int)end}");
        return end;
    }

    private static ExitCode Wrong(Wording words, List<Fault> faults, TextWriter screen)
    {
        screen.WriteLine(words["config-head"]);
        foreach (var fault in faults) screen.WriteLine("  " + words[fault.Word, fault.Values]);
        return ExitCode.BadSettings;
    }
}

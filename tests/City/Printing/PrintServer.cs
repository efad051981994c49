using System.Text.RegularExpressions;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Printing;

/// <summary>A real CUPS of its own: with what deploy/host ships, in its own folder, heard at a socket in it. Its printers are files.</summary>
public sealed partial class PrintServer : IAsyncDisposable
{
    private readonly ServerProcess _process;
    private readonly string _folder;

    private PrintServer(ServerProcess process, string folder) => (_process, _folder) = (process, folder);

    /// <summary>Where it listens.</summary>
    public string Socket => SocketIn(_folder);

    /// <summary>Where one of that folder listens.</summary>
    public static string SocketIn(string folder) => Path.Combine(folder, "cups.sock");

    /// <summary>Where one of that folder keeps what waits in it.</summary>
    public static string SpoolIn(string folder) => Path.Combine(folder, "spool");

    /// <summary>The command that runs one in the foreground.</summary>
    public static IReadOnlyList<string> Command(string folder) => ["/usr/sbin/cupsd", "-f", "-c", Path.Combine(folder, "etc/cupsd.conf"), "-s", Path.Combine(folder, "etc/cups-files.conf")];

    /// <summary>Writes its files.</summary>
    /// <param name="folder">Its own; people must get to it.</param>
    /// <param name="configuration">The city's cupsd.conf.</param>
    /// <param name="backend">Text of the backend for <c>vdi:</c> devices; null = none.</param>
    public static void Write(string folder, string configuration, string? backend = null)
    {
        foreach (var part in (string[])["etc/ppd", "etc/ssl", "spool/tmp", "cache", "state", "log", "bin/backend", "bin/filter", "printed"]) System.IO.Directory.CreateDirectory(Path.Combine(folder, part));
        foreach (var part in (string[])["daemon", "notifier"]) File.CreateSymbolicLink(Path.Combine(folder, "bin", part), "/usr/lib/cups/" + part);
        File.WriteAllText(Path.Combine(folder, "etc/cupsd.conf"), Listening().Replace(File.ReadAllText(configuration), "Listen " + SocketIn(folder)));
        File.WriteAllLines(Path.Combine(folder, "etc/cups-files.conf"),
        [
            "FileDevice Yes", $"ServerRoot {folder}/etc", $"ServerBin {folder}/bin", $"RequestRoot {SpoolIn(folder)}", $"TempDir {folder}/spool/tmp", $"CacheDir {folder}/cache", $"StateDir {folder}/state",
            $"AccessLog {folder}/log/access", $"ErrorLog {folder}/log/error", $"PageLog {folder}/log/page", "User lp", "Group lp", "SystemGroup root lpadmin",
        ]);
        WriteProgram(Path.Combine(folder, "bin/filter/keep-printed"), "755", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Files/keep-printed")).Replace("@FOLDER@", folder, StringComparison.Ordinal));
        File.SetUnixFileMode(Path.Combine(folder, "printed"), (UnixFileMode)Convert.ToInt32("1777", 8));
        if (backend is not null) WriteProgram(Path.Combine(folder, "bin/backend/vdi"), "700", backend);
    }

    /// <summary>Writes its files and starts it.</summary>
    public static async Task<PrintServer> StartAsync(string folder, string configuration)
    {
        Write(folder, configuration);
        var command = Command(folder);
        var server = new PrintServer(ServerProcess.Start("cupsd", Path.Combine(folder, "log/out"), command[0], command.Skip(1)), folder);
        await server._process.ReadyAsync(async () => File.Exists(server.Socket) && (await Tool.RunAsync("lpstat", ["-h", server.Socket, "-r"])).Status == 0, TimeSpan.FromSeconds(20));
        return server;
    }

    /// <summary>A printer that writes what it prints into a file.</summary>
    public Task AddPrinterAsync(string queue) =>
        Tool.OutputAsync("lpadmin", "-h", Socket, "-p", queue, "-E", "-v", "file:" + PaperOf(queue), "-P", Path.Combine(AppContext.BaseDirectory, "Files/room.ppd"));

    /// <summary>What was printed last; null = nothing yet.</summary>
    public byte[]? Printed(string queue) => File.Exists(PaperOf(queue)) ? File.ReadAllBytes(PaperOf(queue)) : null;

    /// <summary>How many bytes that is; 0 when there is none.</summary>
    public long PrintedLength(string queue) => File.Exists(PaperOf(queue)) ? new FileInfo(PaperOf(queue)).Length : 0;

    /// <summary>How it was to be printed, oldest first: title, copies and options, with bars between them.</summary>
    public IReadOnlyList<string> Wishes(string queue) => File.Exists(PaperOf(queue) + ".wishes") ? File.ReadAllLines(PaperOf(queue) + ".wishes") : [];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private string PaperOf(string queue) => Path.Combine(_folder, "printed", queue);

    private static void WriteProgram(string file, string mode, string text)
    {
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, (UnixFileMode)Convert.ToInt32(mode, 8));
    }

    [GeneratedRegex("^Listen .*$", RegexOptions.Multiline)]
    private static partial Regex Listening();
}

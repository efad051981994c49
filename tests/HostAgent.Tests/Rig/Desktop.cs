using System.Globalization;
using VdiBroker.City.Processes;

namespace VdiBroker.HostAgent.Tests.Rig;

/// <summary>
/// What /proc shows of a desktop without its cost: perl, copied as <c>xrdp-sesman</c>, whose child, the session's leader, starts perl, copied as <c>Xorg</c>, as an account
/// that nobody has. The server serves <c>xrdp_display_N</c> as xorgxrdp does; at its X socket it is mute. Its display is nobody else's on this machine.
/// </summary>
internal sealed class Desktop : IAsyncDisposable
{
    private readonly string _folder;
    private ServerProcess? _process;

    public Desktop(HostRig host)
    {
        _folder = host.At($"desktop-{Display}");
        Directory.CreateDirectory(_folder);
        if (!Directory.Exists("/tmp/.X11-unix")) File.SetUnixFileMode(Directory.CreateDirectory("/tmp/.X11-unix").FullName, (UnixFileMode)Convert.ToInt32("1777", 8));
        foreach (var program in (string[])["xrdp-sesman", "Xorg"]) File.Copy("/usr/bin/perl", At(program));
        File.CreateSymbolicLink(At("linked/xrdp-sesman"), "/usr/bin/perl");
        File.SetUnixFileMode(Directory.CreateDirectory(At("open")).FullName, (UnixFileMode)Convert.ToInt32("1777", 8));
    }

    public uint Display { get; } = (uint)Random.Shared.Next(20_000, 4_000_000);

    public int UserId { get; } = Random.Shared.Next(60_500, 65_000);

    /// <summary>The session's user as the agent says it while no account name is known.</summary>
    public string Nameless => string.Create(CultureInfo.InvariantCulture, $"#{UserId}");

    /// <summary>sesman; it ends with the leader.</summary>
    public ServerProcess Process => _process!;

    /// <summary>Process id of the session's leader.</summary>
    public int Leader => int.Parse(File.ReadAllText(At("open/leader")), CultureInfo.InvariantCulture);

    /// <summary>Process id of the X server.</summary>
    public int Server => int.Parse(File.ReadAllText(At("open/server")), CultureInfo.InvariantCulture);

    public string Socket => At(string.Create(CultureInfo.InvariantCulture, $"open/xrdp_display_{Display}"));

    /// <summary>As on a host: sesman is root's. <paramref name="before"/> is done in the leader before it starts the X server.</summary>
    public Task StartAsync(string before = "", IReadOnlyDictionary<string, string>? environment = null) => StartAsync([At("xrdp-sesman")], Sesman(before), environment);

    /// <summary>Forged: sesman is only called so.</summary>
    public Task StartStrangersAsync() => StartAsync([.. AsStranger, At("xrdp-sesman")], Sesman(""));

    /// <summary>Forged: root runs another program (as with a setuid program) under sesman's name.</summary>
    public Task StartRenamedAsync() => StartAsync([At("linked/xrdp-sesman")], Sesman(""));

    /// <summary>Forged: a server with xrdp's arguments, without sesman.</summary>
    public Task StartAloneAsync() => StartAsync([.. AsStranger, At("Xorg")], Serve);

    /// <summary>A connection that somebody else holds, both ends, to a socket of the same name elsewhere.</summary>
    public Task<ServerProcess> ConnectElsewhereAsync()
    {
        var elsewhere = Directory.CreateDirectory(At("elsewhere"), (UnixFileMode)Convert.ToInt32("777", 8)).FullName;
        File.SetUnixFileMode(elsewhere, (UnixFileMode)Convert.ToInt32("777", 8));
        return ConnectedAsync("stranger", $"{elsewhere}/{Path.GetFileName(Socket)}", "$s = IO::Socket::UNIX->new(Local => $path, Listen => 1) or die $!;", "$t = $s->accept;");
    }

    /// <summary>xrdp's part: a connection to the server.</summary>
    public Task<ServerProcess> ConnectAsync() => ConnectedAsync("xrdp", Socket, "", "");

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        File.Delete(XSocket);
        using var server = Alive(Server) ? System.Diagnostics.Process.GetProcessById(Server) : null;
        await _process.DisposeAsync();
        server?.Kill();
    }

    private string XSocket => string.Create(CultureInfo.InvariantCulture, $"/tmp/.X11-unix/X{Display}");

    private static bool Alive(int pid) => Directory.Exists($"/proc/{pid}");

    private string[] AsStranger => ["setpriv", $"--reuid={UserId}", $"--regid={UserId}", "--clear-groups"];

    private string[] Arguments => [string.Create(CultureInfo.InvariantCulture, $":{Display}"), "-config", "xrdp/xorg.conf"];

    private string Serve => $$"""
        use IO::Socket::UNIX; $x = IO::Socket::UNIX->new(Local => '{{XSocket}}', Listen => 5) or die $!; $s = IO::Socket::UNIX->new(Local => '{{Socket}}', Listen => 1) or die $!;
        open F, '>', '{{At("open/server")}}'; print F $$; close F; while ($c = $s->accept) { <$c>; close $c }
        """;

    private string Sesman(string before) => $$"""
        if (!fork) {
          open F, '>', '{{At("open/leader")}}'; print F $$; close F;
          {{before}};
          if (!fork) {
            if ($> == 0) { $) = '{{UserId}} {{UserId}}'; $( = {{UserId}}; ($<, $>) = ({{UserId}}, {{UserId}}); }
            exec '{{At("Xorg")}}', '-e', $ENV{SERVE}, @ARGV;
          }
          wait; exit;
        }
        wait;
        """;

    private async Task StartAsync(string[] program, string script, IReadOnlyDictionary<string, string>? environment = null)
    {
        var all = new Dictionary<string, string>(environment ?? new Dictionary<string, string>()) { ["SERVE"] = Serve };
        string[] command = [.. program, "-e", script, .. Arguments];
        _process = ServerProcess.Start("desktop", At("log"), command[0], command[1..], all);
        await _process.ReadyAsync(() => Task.FromResult(new FileInfo(At("open/server")) is { Exists: true, Length: > 0 }), Soon.Deadline);
    }

    private async Task<ServerProcess> ConnectedAsync(string name, string path, string before, string after)
    {
        var ready = At($"open/{name}");
        var end = ServerProcess.Start(name, At($"{name}.log"), AsStranger[0], [.. AsStranger[1..], "perl", "-e",
            $"use IO::Socket::UNIX; $path = '{path}'; {before} $c = IO::Socket::UNIX->new(Peer => $path) or die $!; {after} open F, '>', '{ready}'; close F; sleep 600"]);
        await end.ReadyAsync(() => Task.FromResult(File.Exists(ready)), Soon.Deadline);
        return end;
    }

    private string At(string name) => Path.Combine(Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, name))!).FullName, Path.GetFileName(name));
}

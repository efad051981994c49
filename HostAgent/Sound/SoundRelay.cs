using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using VdiBroker.Agent.Linux;

namespace VdiBroker.Agent.Sound;

/// <summary>
/// <c>vdi-agent sound</c>, in a person's session and as that person: takes what their programs play from PulseAudio (or PipeWire's likeness of it), by a sink that writes into
/// a pipe, to xrdp's channel server, which sends it to the station. Debian 12 has no module of PulseAudio for xrdp.
/// </summary>
internal sealed class SoundRelay : IDisposable
{
    /// <summary>The command's word.</summary>
    public const string Word = "sound";

    private const int Rate = 44100;
    private const int BytesPerSecond = Rate * 4;

    // 20 ms: as much as is heard late by each step.
    private const int Step = BytesPerSecond / 50;
    private const int SilentSteps = 50;
    private const int Head = 8;
    private static readonly TimeSpan _toStart = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _behind = TimeSpan.FromMilliseconds(200);

    private readonly UnixDomainSocketEndPoint _station;
    private Socket? _line;
    private long _lost;

    private SoundRelay(int display) => _station = new($"/run/xrdp/sockdir/xrdp_chansrv_audio_out_socket_{display}");

    /// <summary>Runs until the session ends, which ends it.</summary>
    /// <returns>1, and only when there is no display, or no sound service: the end of the session ends it otherwise.</returns>
    public static async Task<int> RunAsync()
    {
        if (DisplayNumber.Own is not { } display)
        {
            await Console.Error.WriteLineAsync("vdi-agent sound: DISPLAY names no display: start it from the session (startwm.sh)");
            return 1;
        }
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-sound-").FullName;
        var pipe = Path.Combine(folder, "played");
        try
        {
            using var relay = new SoundRelay(display);
            // A sound service that ends is asked for again.
            while (true)
            {
                if (!await LoadAsync(pipe)) return 1;
                await using var played = new FileStream(pipe, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, BufferSize = 0 });
                await relay.CarryAsync(played);
                await Task.Delay(_again);
            }
        }
        finally
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _line?.Dispose();

    // It starts with the first who asks for it where systemd looks after the session; else by this.
    private static async Task<bool> LoadAsync(string pipe)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var complaint = await PactlAsync("load-module", "module-pipe-sink", $"file={pipe}", "sink_name=station", "format=s16le", $"rate={Rate}", "channels=2", "sink_properties=device.description=Poste");
            if (complaint.Length == 0) break;
            if (clock.Elapsed > _toStart)
            {
                await Console.Error.WriteLineAsync($"vdi-agent sound: no sound in this session: {AgentLog.Plain(complaint)}");
                return false;
            }
            _ = await RunAsync("pulseaudio", "--start", "--exit-idle-time=-1");
            await Task.Delay(_again);
        }
        _ = await PactlAsync("set-default-sink", "station");
        // While nobody plays, nothing is written.
        _ = await PactlAsync("load-module", "module-suspend-on-idle");
        return true;
    }

    private static Task<string> PactlAsync(params string[] arguments) => RunAsync("pactl", arguments);

    private static async Task<string> RunAsync(string tool, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(tool, arguments) { UseShellExecute = false, RedirectStandardInput = true });
            if (process is null) return $"{tool} did not start";
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? "" : $"{tool} ended with {process.ExitCode}";
        }
        catch (Win32Exception fault)
        {
            return $"{tool}: {fault.Message}; install pulseaudio and pulseaudio-utils";
        }
    }

    // A pipe has no clock of its own: whoever reads it says how fast is played.
    private async Task CarryAsync(FileStream played)
    {
        var message = new byte[Head + Step];
        var clock = Stopwatch.StartNew();
        var due = TimeSpan.Zero;
        var silent = SilentSteps;
        for (int read; (read = await played.ReadAtLeastAsync(message.AsMemory(Head), Step, throwOnEndOfStream: false)) > 0;)
        {
            silent = message.AsSpan(Head, read).ContainsAnyExcept((byte)0) ? 0 : Math.Min(silent + 1, SilentSteps + 1);
            if (silent < SilentSteps) Send(0, message.AsSpan(0, Head + read));
            else if (silent == SilentSteps) Send(1, message.AsSpan(0, Head));
            due += TimeSpan.FromSeconds((double)read / BytesPerSecond);
            var ahead = due - clock.Elapsed;
            if (ahead > TimeSpan.Zero) await Task.Delay(ahead);
            else if (-ahead > _behind) due = clock.Elapsed;
        }
    }

    // Kind (0 samples, 1 that was all) and length of it all, each 4 bytes, then the samples.
    private void Send(int kind, Span<byte> message)
    {
        BinaryPrimitives.WriteInt32LittleEndian(message, kind);
        BinaryPrimitives.WriteInt32LittleEndian(message[4..], message.Length);
        try
        {
            if (_line is null)
            {
                if (Environment.TickCount64 - _lost < _again.TotalMilliseconds) return;
                _line = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                _line.Connect(_station);
            }
            while (message.Length > 0) message = message[_line.Send(message)..];
        }
        catch (SocketException)
        {
            // No station with sound at this moment: what is played is not heard.
            _line?.Dispose();
            (_line, _lost) = (null, Environment.TickCount64);
        }
    }
}

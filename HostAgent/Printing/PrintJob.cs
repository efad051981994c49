using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using VdiBroker.Agent.Configuration;
using VdiBroker.Agent.Grants;
using VdiBroker.Agent.Local;

namespace VdiBroker.Agent.Printing;

/// <summary>
/// <c>vdi-agent print</c>: the backend of CUPS behind the rooms' queues. Takes one job to the station of its person, which prints it. A job that cannot be printed now is
/// held, with a sentence in the queue; it goes on when its person sits at a station again.
/// </summary>
internal static class PrintJob
{
    /// <summary>The command's word.</summary>
    public const string Word = "print";

    /// <summary>The largest job: a station keeps it in memory.</summary>
    public const long Largest = 128 << 20;

    /// <summary>How the sentence begins of a job that is not to go on by itself.</summary>
    public const string MayBePrinted = "perhaps printed already";

    private const string Unclear = MayBePrinted + ": the station went while it printed; look at the printer, then release the document or delete it";

    // What CUPS does with a job by the status of its backend.
    private const int Printed = 0, Held = 3, Cancelled = 5;

    private const int Window = 256 << 10;
    private const int LongestTitle = 200;
    private const int LongestOptions = 1024;
    private static readonly string[] _ofCups = ["job-", "date-", "time-", "document-"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ToBegin = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ToOpen = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private const int Begins = 3;

    /// <summary>Runs as CUPS calls it: [--socket S] JOB USER TITLE COPIES OPTIONS [FILE], the queue's name in PRINTER, what is to be printed in the file or on standard input.</summary>
    /// <returns>What CUPS is to do with the job.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var socket = AgentSettings.DefaultSocket;
        if (arguments is ["--socket", var other, .. var rest]) (socket, arguments) = (other, rest);
        var queue = Environment.GetEnvironmentVariable("PRINTER") ?? "";
        if (arguments is not [_, var user, var title, var copies, var options, .. var file] || file.Length > 1) return await SayAsync("called otherwise than CUPS calls a backend: JOB USER TITLE COPIES OPTIONS [FILE]", Cancelled);
        if (!LocalMessage.IsUser(user) || !QueueNames.IsQueue(queue)) return await SayAsync("no account name, or no name of a queue", Cancelled);
        try
        {
            await using var job = file is [var path] ? File.OpenRead(path) : await SpooledAsync();
            if (job.Length > Largest) return await SayAsync($"the document has more than {Largest >> 20} MiB: print fewer pages at once", Held);
            return await SendAsync(socket, user, job, [queue, job.Length.ToString(CultureInfo.InvariantCulture), copies, Wishes(options), Short(title, LongestTitle)]);
        }
        catch (OperationCanceledException)
        {
            return await SayAsync("the station does not answer; the document waits until its person sits down again", Held);
        }
        catch (Exception fault) when (fault is IOException or SocketException or UnauthorizedAccessException)
        {
            return await SayAsync($"the document waits: {AgentLog.Plain(fault.Message)}", Held);
        }
    }

    private static async Task<int> SendAsync(string socket, string user, Stream job, string[] words)
    {
        using var asking = new CancellationTokenSource(Patience);
        var answer = await LocalClient.AskAsync(socket, Encoding.UTF8.GetBytes($"print {user} {words[0]}\n"), asking.Token);
        if (answer == "refused not-here") return await SayAsync("this printer is not in the room where its person sits now", Held);
        if (answer.Split(' ') is not ["display", var display, var id] || !int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var uid) || !uint.TryParse(display, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return await SayAsync("its person sits at no station; the document waits until they do", Held);
        // The session has one channel: answers to two jobs at once could not be told apart by xrdp.
        await using var turn = await TurnAsync($"{socket}.print-{uid}");
        using var channel = await OpenAsync($"/run/xrdp/sockdir/xrdpapi_{number}", uid);
        if (channel is null) return await SayAsync("the station takes no documents; this one waits until its person sits at one that does", Held);
        return await SendAsync(channel, job, words);
    }

    private static async Task<int> SendAsync(StationChannel channel, Stream job, string[] words)
    {
        var id = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
        var begin = JobFrame.Of(JobFrame.Begin, id, Encoding.UTF8.GetBytes(string.Join('\n', words)));
        if (await BegunAsync(channel, id, begin) is not { } begun) return await SayAsync("the station does not answer; the document waits until its person sits down again", Held);
        if (begun.Word != "accepted") return await SayAsync(Sentence(begun.Word, begun.Said), Held);
        var buffer = new byte[JobFrame.LongestRest];
        for (long sent = 0, taken = 0; ;)
        {
            using var waiting = new CancellationTokenSource(Patience);
            var read = sent - taken < Window ? await job.ReadAsync(buffer, waiting.Token) : 0;
            if (read > 0)
            {
                await channel.SendAsync(JobFrame.Of(JobFrame.Piece, id, buffer.AsSpan(0, read)), waiting.Token);
                sent += read;
                continue;
            }
            switch (await HeardAsync(channel, id, sent == job.Length, waiting.Token))
            {
                case ("got", var bytes) when long.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out var now):
                    taken = now;
                    break;
                case ("printed", _):
                    return Printed;
                case ("accepted", _):
                    break;
                case (var word, var rest):
                    return await SayAsync(Sentence(word, rest), Held);
                case null when sent == job.Length:
                    return await SayAsync(Unclear, Held);
                case null:
                    return await SayAsync("the station has gone; the document waits until its person sits down again", Held);
            }
        }
    }

    // Whoever has it all may have printed it: a silence then is no reason to print it once more.
    private static async Task<(string Word, string Said)?> HeardAsync(StationChannel channel, uint id, bool isAllSent, CancellationToken cancel)
    {
        try
        {
            return await channel.HearAsync(id, cancel);
        }
        catch (Exception fault) when (isAllSent && fault is OperationCanceledException or SocketException)
        {
            return null;
        }
    }

    // What a job before it has left half sent may swallow the first word.
    private static async Task<(string Word, string Said)?> BegunAsync(StationChannel channel, uint id, byte[] begin)
    {
        for (var turn = 0; turn < Begins; turn++)
        {
            using var waiting = new CancellationTokenSource(ToBegin);
            try
            {
                await channel.SendAsync(begin, waiting.Token);
                return await channel.HearAsync(id, waiting.Token);
            }
            catch (OperationCanceledException)
            {
                // Once more.
            }
        }
        return null;
    }

    // A station that has just connected is a moment away from its channels.
    private static async Task<StationChannel?> OpenAsync(string path, int user)
    {
        using var opening = new CancellationTokenSource(ToOpen);
        while (true)
        {
            try
            {
                if (await StationChannel.OpenAsync(path, user, opening.Token) is { } channel) return channel;
                await Task.Delay(Pause, opening.Token);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    private static async Task<FileStream> TurnAsync(string file)
    {
        using var waiting = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            try
            {
                return new FileStream(file, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None });
            }
            catch (IOException fault) when (fault is not (FileNotFoundException or DirectoryNotFoundException))
            {
                await Task.Delay(Pause, waiting.Token);
            }
        }
    }

    // Given by a pipe: how much it is must be known before it is sent.
    private static async Task<FileStream> SpooledAsync()
    {
        var file = new FileStream(Path.Combine(Environment.GetEnvironmentVariable("TMPDIR") ?? Path.GetTempPath(), Path.GetRandomFileName()), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[64 << 10];
        for (int read; file.Length <= Largest && (read = await input.ReadAsync(buffer)) > 0;) await file.WriteAsync(buffer.AsMemory(0, read));
        file.Position = 0;
        return file;
    }

    private static string Sentence(string word, string rest) => word switch
    {
        "unknown" => "the station does not know this printer: it is not in the room any more",
        "too-large" => "the document is too large for the station: print fewer pages at once",
        "failed" => $"the printer of the station does not take the document: {AgentLog.Plain(rest)}",
        _ => "the station did not understand; the document waits",
    };

    // What CUPS itself adds says nothing to a printer.
    private static string Wishes(string options) => Short(string.Join(' ', options.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Where(one => one.Contains('=', StringComparison.Ordinal) && !_ofCups.Any(start => one.StartsWith(start, StringComparison.Ordinal)))), LongestOptions);

    private static string Short(string text, int longest)
    {
        var plain = string.Concat(text.Select(sign => char.IsControl(sign) ? ' ' : sign));
        return plain.Length <= longest ? plain : plain[..longest];
    }

    private static async Task<int> SayAsync(string sentence, int status)
    {
        await Console.Error.WriteLineAsync($"ERROR: {sentence}");
        return status;
    }
}

using System.Threading.Channels;

namespace VdiBroker.Shim.Printing;

/// <summary>What the print desk tells the shim, by FreeRDP's output. Of what is said there, this alone is for the person.</summary>
internal sealed class PrintNews
{
    private readonly Channel<(string Word, string Queue)> _news = Channel.CreateBounded<(string, string)>(new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropOldest });
    private Task? _waiting;

    /// <summary>Takes a line, if it is one of the desk's.</summary>
    public void Hear(string line)
    {
        if (!line.StartsWith(PrintDesk.Told, StringComparison.Ordinal)) return;
        if (line[PrintDesk.Told.Length..].Split(' ', 3) is [var word and ("failed" or "too-large" or "no-room"), var queue, ..]) _news.Writer.TryWrite((word, queue));
    }

    /// <summary>Completes when there is something to tell. One wait at a time, however often it is asked for.</summary>
    public Task WaitAsync() => _waiting is { IsCompleted: false } ? _waiting : _waiting = _news.Reader.WaitToReadAsync().AsTask();

    /// <summary>The next: the key of its sentence, and the queue that it is about; null when there is none.</summary>
    public (string Key, string Queue)? TryTake() => _news.Reader.TryRead(out var one) ? ($"print-{one.Word}", one.Queue) : null;
}

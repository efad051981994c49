using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace VdiBroker.Broker.Tests.Rpc;

/// <summary>Keeps what is logged.</summary>
internal sealed class KeptLines<T> : ILogger<T>
{
    /// <summary>Level, number and text of each line.</summary>
    public ConcurrentQueue<(LogLevel Level, int Id, string Text)> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue((logLevel, eventId.Id, formatter(state, exception)));
}

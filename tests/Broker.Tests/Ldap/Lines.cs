using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace VdiBroker.Broker.Tests.Ldap;

/// <summary>A log that a test reads: each line is the event's number, what it says, and its exception.</summary>
internal sealed class Lines : ConcurrentQueue<string>, ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Enqueue($"{eventId.Id} {formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}

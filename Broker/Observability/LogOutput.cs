using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace VdiBroker.Observability;

/// <summary>
/// Writes the log to standard output, in the form of one of the framework's own formatters: a line at once where it is quiet, lines of a crowd together, fifty times a second at most. The
/// framework's own writer wakes a thread for each line, which is three for each sign-in. Whoever logs never waits for whoever reads: what is not taken is lost beyond
/// <see cref="MostWaiting"/>, and that is told.
/// </summary>
internal sealed partial class LogOutput : ILoggerProvider, ISupportExternalScope
{
    /// <summary>The most that waits, in UTF-16 units: some 5,000 lines.</summary>
    public const int MostWaiting = 1 << 20;

    private static readonly TimeSpan _breath = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _lastPatience = TimeSpan.FromSeconds(1);

    // A buffer that was larger once is not kept.
    private const int LargestKept = 1 << 16;

    [ThreadStatic]
    private static StringWriter? _line;

    // Two of these write there for as long as the broker runs (the store's log is older than the application): neither may cut the other's lines.
    private static readonly Lazy<Pen> _standard = new(() => new Pen(Console.OpenStandardOutput()));

    private readonly Lock _gate = new();
    private readonly Pen _pen;
    private readonly ConsoleFormatter _formatter;
    private readonly ILogger _own;
    private StringBuilder _waiting = new();
    private StringBuilder _leaving = new();
    private IExternalScopeProvider? _scopes;
    private long _lost;
    private bool _writing;

    /// <summary>For the framework.</summary>
    public LogOutput(IEnumerable<ConsoleFormatter> formatters, IOptions<ConsoleLoggerOptions> options)
        : this(formatters.Single(formatter => formatter.Name == options.Value.FormatterName), _standard.Value)
    {
    }

    /// <summary>Writes elsewhere.</summary>
    internal LogOutput(ConsoleFormatter formatter, Stream output)
        : this(formatter, new Pen(output))
    {
    }

    private LogOutput(ConsoleFormatter formatter, Pen pen)
    {
        (_formatter, _pen) = (formatter, pen);
        _own = CreateLogger("VdiBroker.Observability.LogOutput");
        AppDomain.CurrentDomain.UnhandledException += FlushLast;
        AppDomain.CurrentDomain.ProcessExit += FlushLast;
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Lines(this, categoryName);

    /// <inheritdoc/>
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    /// <inheritdoc/>
    public void Dispose()
    {
        AppDomain.CurrentDomain.UnhandledException -= FlushLast;
        AppDomain.CurrentDomain.ProcessExit -= FlushLast;
        FlushLast(this, EventArgs.Empty);
    }

    // Not longer than that: where nobody reads any more, a write never comes back, and this process must end.
    private void FlushLast(object? sender, EventArgs ending) => Task.Run(Flush).Wait(_lastPatience);

    private void Put<TState>(in LogEntry<TState> entry)
    {
        var line = _line ??= new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        var text = line.GetStringBuilder();
        _formatter.Write(in entry, _scopes, line);
        var first = Keep(text);
        text.Clear();
        if (text.Capacity > LargestKept) _line = null;
        if (first) ThreadPool.UnsafeQueueUserWorkItem(static output => _ = output.WriteAsync(), this, preferLocal: false);
    }

    // True for the first of a crowd: somebody must write.
    private bool Keep(StringBuilder line)
    {
        lock (_gate)
        {
            if (_waiting.Length + line.Length > MostWaiting) _lost++;
            else _waiting.Append(line);
            return !_writing && (_writing = true);
        }
    }

    private async Task WriteAsync()
    {
        while (Flush()) await Task.Delay(_breath);
    }

    // False when there was nothing: the next line needs somebody who writes.
    private bool Flush()
    {
        lock (_pen.Gate)
        {
            lock (_gate)
            {
                if (_waiting.Length == 0) return _writing = false;
                (_waiting, _leaving) = (_leaving, _waiting);
                (var lost, _lost) = (_lost, 0);
                // While there is room for it: it comes after what was kept.
                if (lost > 0) LogLost(_own, lost);
            }
            try
            {
                _pen.Output.Write(_leaving);
                _pen.Output.Flush();
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                // Nobody reads any more.
            }
            if (_leaving.Capacity > LargestKept) _leaving = new StringBuilder();
            else _leaving.Clear();
            return true;
        }
    }

    [LoggerMessage(30, LogLevel.Error, "{lines} lines of this log were lost here: whoever reads the broker's standard output was too slow")]
    private static partial void LogLost(ILogger logger, long lines);

    private sealed class Pen(Stream output)
    {
        public Lock Gate { get; } = new();

        public StreamWriter Output { get; } = new(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    private sealed class Lines(LogOutput output, string category) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => output._scopes?.Push(state);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            output.Put(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter));
    }
}

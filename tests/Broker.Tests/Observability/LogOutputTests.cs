using System.Globalization;
using System.IO.Pipelines;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using VdiBroker.Observability;
using Xunit;

namespace VdiBroker.Broker.Tests.Observability;

/// <summary>The log on standard output: whole lines, each once, in the order of whoever wrote them, and nobody waits for the reader.</summary>
public sealed partial class LogOutputTests
{
    private const int Writers = 8;
    private const int Lines = 2_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Lines_of_a_crowd_come_whole_and_each_writer_s_in_its_order()
    {
        var written = new MemoryStream();
        using (var log = new LogOutput(Plain(), written))
        {
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
            {
                var logger = log.CreateLogger($"writer{writer}");
                for (var n = 0; n < Lines; n++) Write(logger, $"n={n} é");
            })));
        }
        var lines = System.Text.Encoding.UTF8.GetString(written.ToArray()).TrimEnd('\n').Split('\n');
        Assert.Equal(Writers * Lines, lines.Length);
        for (var writer = 0; writer < Writers; writer++)
            Assert.Equal(Enumerable.Range(0, Lines).Select(n => $"info: writer{writer}[7] n={n} é"), lines.Where(line => line.Contains($"writer{writer}[", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_line_is_there_at_once_and_the_next_ones_too()
    {
        var pipe = new Pipe();
        using var log = new LogOutput(Plain(), pipe.Writer.AsStream());
        using var reader = new StreamReader(pipe.Reader.AsStream());
        var logger = log.CreateLogger("one");
        for (var n = 0; n < 3; n++)
        {
            Write(logger, $"line {n}");
            Assert.Equal($"info: one[7] line {n}", await reader.ReadLineAsync().WaitAsync(Patience));
        }
    }

    [Fact]
    public async Task Whoever_logs_does_not_wait_for_a_reader_that_stands_still_and_what_was_lost_is_told()
    {
        // Takes nothing before it is read.
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        using var log = new LogOutput(Plain(), pipe.Writer.AsStream());
        var logger = log.CreateLogger("one");
        var text = new string('x', 1_000);
        const int more = 3 * LogOutput.MostWaiting / 1_000;
        await Task.Run(() =>
        {
            for (var n = 0; n < more; n++) Write(logger, text);
        }).WaitAsync(Patience);
        using var reader = new StreamReader(pipe.Reader.AsStream());
        var (came, lost) = (0, 0);
        while (came + lost < more)
        {
            var line = await reader.ReadLineAsync().WaitAsync(Patience);
            if (line!.EndsWith(text, StringComparison.Ordinal)) came++;
            // Told twice where its writer began late.
            else lost += int.Parse(Lost().Match(line).Groups[1].Value, CultureInfo.InvariantCulture);
        }
        Assert.Equal(more, came + lost);
        Assert.InRange(came, LogOutput.MostWaiting / 1_100, more - 1);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("json")]
    [InlineData("journal")]
    public void The_broker_writes_by_it_whatever_the_form(string format)
    {
        using var services = new ServiceCollection().AddLogging(logging => LogFormat.Use(logging, format)).BuildServiceProvider();
        Assert.IsType<LogOutput>(Assert.Single(services.GetServices<ILoggerProvider>()));
    }

    [GeneratedRegex(@"^fail: VdiBroker\.Observability\.LogOutput\[30\] (\d+) lines of this log were lost here")]
    private static partial Regex Lost();

    private static void Write(ILogger logger, string text) => logger.Log(LogLevel.Information, new EventId(7), text, null, static (said, _) => said);

    private static ConsoleFormatter Plain()
    {
        using var services = new ServiceCollection().AddLogging(logging => logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        })).BuildServiceProvider();
        return services.GetServices<ConsoleFormatter>().Single(formatter => formatter.Name == ConsoleFormatterNames.Simple);
    }
}

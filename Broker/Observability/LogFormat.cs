using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Console;

namespace VdiBroker.Observability;

/// <summary>How the log is written to standard output: <c>log</c> of <c>broker.json</c>.</summary>
internal static class LogFormat
{
    /// <summary>The words that there are: lines for people; one JSON object a line, with every value by its name and the trace; lines with the journal's priority in front.</summary>
    public static readonly string[] Words = ["plain", "json", "journal"];

    private const string Time = "yyyy-MM-ddTHH:mm:ss.fffZ ";

    /// <summary>Sets the log up.</summary>
    /// <param name="logging">Where to.</param>
    /// <param name="format">One of <see cref="Words"/>.</param>
    public static void Use(ILoggingBuilder logging, string format)
    {
        _ = format switch
        {
            "json" => logging.Configure(all => all.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId).AddJsonConsole(console =>
            {
                console.IncludeScopes = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = Time.TrimEnd();
                // Names of towns and people's own words stay readable.
                console.JsonWriterOptions = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
            }),
            // The journal has the time already.
            "journal" => logging.AddSystemdConsole(),
            _ => logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = Time;
            }),
        };
        // The form is the framework's, who writes it is not: see LogOutput.
        logging.Services.Remove(logging.Services.Single(service => service.ImplementationType == typeof(ConsoleLoggerProvider)));
        logging.Services.AddSingleton<ILoggerProvider, LogOutput>();
        logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Warning);
        // Its lines below a warning are not wanted, and it makes a name and a scope for each request, which only this form shows. Why the broker cannot start is told by RunCommand.
        if (format != "json") logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
    }
}

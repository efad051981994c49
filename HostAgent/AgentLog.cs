using System.Globalization;

namespace VdiBroker.Agent;

/// <summary>
/// The log: standard output, one line each with UTC time and level; systemd keeps it. Lines name people and hosts, never a ticket.
/// </summary>
internal sealed class AgentLog(TextWriter output)
{
    private readonly Lock _line = new();

    /// <summary>Something happened as it should.</summary>
    public void Notice(string text) => Write("info", text);

    /// <summary>Something was refused or is out of reach; the agent goes on.</summary>
    public void Warning(string text) => Write("warn", text);

    /// <summary>The agent cannot go on, a fault of its own, or what somebody has to mend.</summary>
    public void Error(string text) => Write("error", text);

    /// <summary>Text from outside on one line: control characters shown as '?', cut after 300 characters.</summary>
    public static string Plain(string text) =>
        string.Create(Math.Min(text.Length, 300), text, static (line, whole) =>
        {
            for (var i = 0; i < line.Length; i++) line[i] = char.IsControl(whole[i]) || whole[i] is '\u2028' or '\u2029' ? '?' : whole[i];
        });

    private void Write(string level, string text)
    {
        var time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        lock (_line)
        {
            try
            {
                output.WriteLine($"{time} {level,-5} {Plain(text.Trim())}");
                output.Flush();
            }
            catch (IOException)
            {
                // A reader that went away must not end the agent.
            }
        }
    }
}

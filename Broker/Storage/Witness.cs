using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>Asks several servers the same.</summary>
internal static class Witness
{
    /// <summary>How long an answer is waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>Asks all servers of a connection at once.</summary>
    /// <returns>Each one's answer; null for those who are silent or do not understand.</returns>
    public static Task<(string Endpoint, long Epoch)?[]> AskAllAsync(ConnectionMultiplexer servers, Func<IServer, Task<(string Endpoint, long Epoch)?>> question) =>
        Task.WhenAll(servers.GetServers().Select(server => AskAsync(server, question)));

    /// <summary>address:port, as the client reads it; brackets around an IPv6 address.</summary>
    public static string Endpoint(string address, string port) => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{port}" : $"{address}:{port}";

    /// <summary>The least number among the answers, as milliseconds; null = there is none.</summary>
    public static TimeSpan? Least(IEnumerable<(string Endpoint, long Number)?> answers) =>
        answers.OfType<(string Endpoint, long Number)>().Select(answer => (TimeSpan?)TimeSpan.FromMilliseconds(answer.Number)).Min();

    private static async Task<(string Endpoint, long Epoch)?> AskAsync(IServer server, Func<IServer, Task<(string Endpoint, long Epoch)?>> question)
    {
        try
        {
            return await question(server).WaitAsync(Patience);
        }
        catch (Exception silent) when (StoreFault.IsIts(silent) || silent is FormatException)
        {
            return null;
        }
    }
}

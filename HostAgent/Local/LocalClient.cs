using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace VdiBroker.Agent.Local;

/// <summary>The side of PAM's commands, <c>redeem</c> and <c>session</c>.</summary>
internal static class LocalClient
{
    /// <summary>A person waits at the station: no answer within this time is a refusal.</summary>
    public static readonly TimeSpan RedeemWithin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan SessionWithin = TimeSpan.FromSeconds(1);
    private const int LongestAnswer = 256;

    /// <summary>Sends the ticket to the agent.</summary>
    /// <param name="socket">The agent's socket.</param>
    /// <param name="user">PAM_USER.</param>
    /// <param name="input">The ticket, up to its end or 1,024 bytes.</param>
    /// <param name="error">Told why it was refused.</param>
    /// <returns>Exit status: 0 only when granted, else 1.</returns>
    public static async Task<int> RedeemAsync(string socket, string? user, Stream input, TextWriter error)
    {
        using var deadline = new CancellationTokenSource(RedeemWithin);
        try
        {
            if (user is null || !LocalMessage.IsUser(user)) return await RefuseAsync(error, "PAM_USER is missing or no account name");
            var ticket = new byte[LocalMessage.LongestTicket];
            // A read of standard input cannot be cancelled: it is left behind, and ends with the process.
            var length = await Task.Run(() => input.ReadAtLeast(ticket, ticket.Length, throwOnEndOfStream: false)).WaitAsync(deadline.Token);
            // Some versions of pam_exec send the closing zero too.
            if (length > 0 && ticket[length - 1] == 0) length--;
            if (length == 0) return await RefuseAsync(error, "no ticket on standard input");
            var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"redeem {user} {length}\n"));
            var answer = await AskAsync(socket, [.. head, .. ticket.AsSpan(0, length)], deadline.Token);
            ticket.AsSpan().Clear();
            return answer == "granted" ? 0 : await RefuseAsync(error, answer.Length == 0 ? "the agent did not answer" : answer);
        }
        catch (OperationCanceledException)
        {
            return await RefuseAsync(error, $"no answer within {RedeemWithin.TotalSeconds:0} s");
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            return await RefuseAsync(error, $"the agent cannot be reached at {socket}: {fault.Message}");
        }
    }

    /// <summary>Tells the agent that a session was opened or closed. Never keeps anybody from signing in or out.</summary>
    /// <returns>Exit status, always 0.</returns>
    public static async Task<int> SessionAsync(string socket, string? type, string? user, TextWriter error)
    {
        using var deadline = new CancellationTokenSource(SessionWithin);
        try
        {
            await AskAsync(socket, Encoding.UTF8.GetBytes($"session {type ?? "unknown"} {user ?? "unknown"}\n"), deadline.Token);
        }
        catch (Exception fault) when (fault is SocketException or IOException or OperationCanceledException)
        {
            await error.WriteLineAsync($"vdi-agent: the agent was not told: {AgentLog.Plain(fault.Message)}");
        }
        return 0;
    }

    /// <summary>One question, one line of answer; empty when it was none.</summary>
    public static async Task<string> AskAsync(string path, byte[] message, CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
        for (var sent = 0; sent < message.Length;) sent += await socket.SendAsync(message.AsMemory(sent), cancel);
        var answer = new byte[LongestAnswer];
        var length = 0;
        int read;
        while (length < answer.Length && (read = await socket.ReceiveAsync(answer.AsMemory(length), cancel)) > 0)
        {
            length += read;
            if (answer.AsSpan(0, length).IndexOf((byte)'\n') is >= 0 and var end) return Encoding.UTF8.GetString(answer, 0, end);
        }
        return "";
    }

    private static async Task<int> RefuseAsync(TextWriter error, string reason)
    {
        await error.WriteLineAsync($"vdi-agent: refused: {AgentLog.Plain(reason)}");
        return 1;
    }
}

using System.Net.Sockets;
using System.Text;
using VdiBroker.Agent.Link;
using VdiBroker.Agent.Linux;
using VdiBroker.Agent.Printing;
using VdiBroker.Agent.Watching;

namespace VdiBroker.Agent.Local;

/// <summary>
/// Answers the commands of PAM and CUPS on the local socket. Only root is heard; every conversation has its own deadline and bounded size, so that a slow
/// or hostile client delays nobody else.
/// </summary>
internal sealed class LocalServer(Socket listener, TicketDesk desk, SessionWatch watch, RoomPrinters printers, AgentLog log)
{
    private static readonly TimeSpan HeardWithin = TimeSpan.FromSeconds(2);
    private const int MostAtOnce = 256;

    private int _conversations;

    /// <summary>Answers until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var conversations = new List<Task>();
        try
        {
            while (true)
            {
                Socket client;
                try
                {
                    client = await listener.AcceptAsync(cancel);
                }
                catch (SocketException fault)
                {
                    log.Error($"local socket: {fault.Message}");
                    await Task.Delay(TimeSpan.FromMilliseconds(100), cancel);
                    continue;
                }
                conversations.RemoveAll(conversation => conversation.IsCompleted);
                conversations.Add(ConverseAsync(client, cancel));
            }
        }
        finally
        {
            await Task.WhenAll(conversations);
        }
    }

    private async Task ConverseAsync(Socket client, CancellationToken cancel)
    {
        using var _ = client;
        try
        {
            if (Interlocked.Increment(ref _conversations) > MostAtOnce) log.Warning("local socket: too many conversations at once, one was refused");
            else if (SocketPeer.Of(client).User is not 0 and var user) log.Warning($"local socket: user id {user} is not heard, only root is");
            else await AnswerAsync(client, cancel);
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException or IOException)
        {
            if (!cancel.IsCancellationRequested) log.Warning($"local socket: a conversation was given up ({fault.GetType().Name})");
        }
        catch (Exception fault)
        {
            log.Error($"local socket: {fault.Message}");
        }
        finally
        {
            Interlocked.Decrement(ref _conversations);
        }
    }

    private async Task AnswerAsync(Socket client, CancellationToken cancel)
    {
        var buffer = new byte[LocalMessage.LongestLine + LocalMessage.LongestTicket];
        using var hearing = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        hearing.CancelAfter(HeardWithin);
        var length = 0;
        int end;
        while ((end = buffer.AsSpan(0, Math.Min(length, LocalMessage.LongestLine)).IndexOf((byte)'\n')) < 0)
        {
            var read = length >= LocalMessage.LongestLine ? 0 : await client.ReceiveAsync(buffer.AsMemory(length), hearing.Token);
            if (read == 0) return;
            length += read;
        }
        var answer = "refused not understood";
        switch (LocalMessage.Parse(buffer.AsSpan(0, end)))
        {
            case LocalMessage.Redeem redeem:
                var whole = end + 1 + redeem.TicketLength;
                while (length < whole)
                {
                    var read = await client.ReceiveAsync(buffer.AsMemory(length), hearing.Token);
                    if (read == 0) return;
                    length += read;
                }
                answer = await RedeemAsync(redeem.User, buffer.AsMemory(end + 1, redeem.TicketLength), cancel);
                break;
            case LocalMessage.Session session:
                log.Notice($"PAM: {session.Type} of {session.User}");
                watch.Expect(session.User, SocketPeer.Of(client).Process);
                answer = "ok";
                break;
            case LocalMessage.Print print:
                answer = printers.Answer(print.User, print.Queue);
                break;
        }
        buffer.AsSpan().Clear();
        using var answering = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        answering.CancelAfter(HeardWithin);
        await client.SendAsync(Encoding.UTF8.GetBytes(answer + "\n"), answering.Token);
    }

    private async Task<string> RedeemAsync(string user, ReadOnlyMemory<byte> ticket, CancellationToken cancel)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(ticket.Span);
        }
        catch (ArgumentException)
        {
            log.Warning($"ticket of {user} refused: it is no text");
            return "refused no text";
        }
        return await desk.RedeemAsync(user, text, cancel) is { } reason ? $"refused {reason}" : "granted";
    }
}

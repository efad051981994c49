using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace VdiBroker.City.Directory;

/// <summary>One connection of a rough server: two pumps, from the client to the directory behind and back.</summary>
internal sealed class RoughConnection(RoughServer server, Socket socket, int number, bool overTls) : IDisposable
{
    private static readonly TimeSpan DripPause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<int, AnswerFault> _faults = new();
    private readonly SemaphoreSlim _turn = new(1);
    private Stream _client = new NetworkStream(socket, ownsSocket: false);
    private volatile bool _forgotten;
    private int _pending;

    /// <summary>True while no request waits for its answer.</summary>
    public bool IsIdle => Volatile.Read(ref _pending) == 0;

    /// <summary>From now on whatever the client sends is lost, and nothing comes to it; the connection itself stays.</summary>
    public void Forget() => _forgotten = true;

    /// <summary>FIN, without a word of TLS.</summary>
    public void Finish()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The client was faster.
        }
    }

    /// <summary>RST.</summary>
    public void Reset() => socket.Close(0);

    /// <summary>Serves it to its end, in the manner of the moment.</summary>
    public async Task RunAsync(ConnectionManner manner, CancellationToken cancel)
    {
        try
        {
            await ServeAsync(manner, cancel);
        }
        catch (Exception end) when (end is IOException or SocketException or ObjectDisposedException or OperationCanceledException or AuthenticationException
            or InvalidOperationException)
        {
            // However it ended, it has.
            server.RecordEnd(number, end);
        }
        finally
        {
            Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        socket.Dispose();
        _client.Dispose();
    }

    private async Task ServeAsync(ConnectionManner manner, CancellationToken cancel)
    {
        socket.NoDelay = true;
        switch (manner)
        {
            case ConnectionManner.ResetAfterAccept:
                Reset();
                return;
            case ConnectionManner.GarbageBeforeTls:
                await _client.WriteAsync(RoughMessage.Garbage, cancel);
                await SwallowAsync(cancel);
                return;
            case ConnectionManner.HangAfterAccept:
                await SwallowAsync(cancel);
                return;
        }
        if (overTls) await SecureAsync(manner, cancel);
        await using var behind = await server.ConnectBehindAsync(cancel);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var (asked, answered) = (AskAsync(behind, manner, end.Token), AnswerAsync(behind, end.Token));
        var first = await Task.WhenAny(asked, answered);
        // What the directory behind still has to say to a client that has left is of no use.
        await end.CancelAsync();
        await Task.WhenAll(asked, answered).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    private async Task SecureAsync(ConnectionManner manner, CancellationToken cancel)
    {
        if (manner == ConnectionManner.HangInHandshake)
        {
            await _client.ReadAtLeastAsync(new byte[5], 5, throwOnEndOfStream: false, cancel);
            // Record and handshake headers of a ServerHello of 118 bytes, version, and 24 of its 32 random bytes.
            await _client.WriteAsync((byte[])[0x16, 3, 3, 0, 0x7a, 2, 0, 0, 0x76, 3, 3, .. RandomNumberGenerator.GetBytes(24)], cancel);
            await SwallowAsync(cancel);
        }
        var secured = new SslStream(_client, leaveInnerStreamOpen: false);
        _client = secured;
        await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = server.CertificateFor(manner) }, cancel);
    }

    private async Task AskAsync(Stream behind, ConnectionManner manner, CancellationToken cancel)
    {
        while (await RoughMessage.ReadAsync(_client, cancel) is { } message)
        {
            if (message.Kind != RequestKinds.None) server.Record(new RoughRequest(number, message.Kind, message.Dn));
            if (_forgotten) continue;
            var answer = server.AnswerFor(message);
            if (message.Kind != RequestKinds.None) Interlocked.Increment(ref _pending);
            switch (answer.Fault)
            {
                case AnswerFault.ResetBefore:
                    Reset();
                    return;
                case AnswerFault.Notice:
                    await SendAsync(RoughMessage.Notice(), cancel);
                    Finish();
                    return;
                case AnswerFault.Silent:
                    continue;
                case AnswerFault.Garbage:
                    await SendAsync(RoughMessage.Garbage, cancel);
                    continue;
                case AnswerFault.Huge:
                    await SendAsync(message.Huge(), cancel);
                    continue;
                case AnswerFault.Code:
                    await SendAsync(message.Answer(answer), cancel);
                    Interlocked.Decrement(ref _pending);
                    continue;
            }
            if (message.Kind == RequestKinds.StartTls)
            {
                await SendAsync(message.Answer(AnswerManner.With(LdapCode.Success)), cancel);
                await SecureAsync(manner, cancel);
                Interlocked.Decrement(ref _pending);
                continue;
            }
            if (answer.Fault != AnswerFault.None) _faults[message.Id] = answer.Fault;
            await behind.WriteAsync(message.Bytes, cancel);
        }
    }

    private async Task AnswerAsync(Stream behind, CancellationToken cancel)
    {
        while (await RoughMessage.ReadAsync(behind, cancel) is { } message)
        {
            if (_forgotten) continue;
            switch (_faults.GetValueOrDefault(message.Id))
            {
                case AnswerFault.ResetAfterDone:
                    Reset();
                    return;
                case AnswerFault.Half:
                    await SendAsync(message.Bytes.AsMemory(0, message.Bytes.Length / 2), cancel);
                    Forget();
                    break;
                case AnswerFault.WrongId:
                    await SendAsync(message.Renumbered(message.Id + 1000), cancel);
                    break;
                case AnswerFault.Drip:
                    await DripAsync(message.Bytes, cancel);
                    break;
                default:
                    await SendAsync(message.Bytes, cancel);
                    break;
            }
            if (message.IsFinal) Interlocked.Decrement(ref _pending);
        }
    }

    private async Task DripAsync(byte[] bytes, CancellationToken cancel)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            await SendAsync(bytes.AsMemory(i, 1), cancel);
            await Task.Delay(DripPause, cancel);
        }
    }

    // Both pumps write to the client.
    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            await _client.WriteAsync(bytes, cancel);
            await _client.FlushAsync(cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    // Until the client gives up.
    private async Task SwallowAsync(CancellationToken cancel)
    {
        var lost = new byte[4096];
        while (await _client.ReadAsync(lost, cancel) > 0)
        {
        }
        throw new IOException("the client has left");
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using VdiBroker.Agent.Linux;

namespace VdiBroker.Agent.Printing;

/// <summary>The way from a session to the program at its station, through xrdp's channel server (its API socket) and the RDP connection.</summary>
internal sealed class StationChannel : IDisposable
{
    private const int LongestLine = 512;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly byte[] _heard = new byte[LongestLine];
    private int _length;

    private StationChannel()
    {
    }

    /// <summary>Opens it.</summary>
    /// <param name="path">xrdp's API socket of the session.</param>
    /// <param name="user">User id of the session: a socket of anybody else's is not spoken to; null = one's own.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <param name="name">The static channel.</param>
    /// <returns>Null when there is none: no station, or one that takes no jobs.</returns>
    public static async Task<StationChannel?> OpenAsync(string path, int? user, CancellationToken cancel, string name = JobFrame.Channel)
    {
        var channel = new StationChannel();
        try
        {
            await channel._socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            if (user is { } owner && SocketPeer.Of(channel._socket).User != owner) return channel.Closed();
            await channel.SendAsync(Opening(name), cancel);
            var answer = new byte[4];
            for (var read = 0; read < answer.Length;)
            {
                var more = await channel._socket.ReceiveAsync(answer.AsMemory(read), cancel);
                if (more == 0) return channel.Closed();
                read += more;
            }
            return BinaryPrimitives.ReadUInt32LittleEndian(answer) == 0 ? channel : channel.Closed();
        }
        catch (SocketException)
        {
            return channel.Closed();
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    /// <summary>Sends bytes, all of them.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (bytes.Length > 0) bytes = bytes[await _socket.SendAsync(bytes, cancel)..];
    }

    /// <summary>The next answer about a job: its word, and what follows that.</summary>
    /// <returns>Null: the channel has ended.</returns>
    public async Task<(string Word, string Said)?> HearAsync(uint job, CancellationToken cancel)
    {
        while (true)
        {
            var end = _heard.AsSpan(0, _length).IndexOf((byte)'\n');
            if (end < 0)
            {
                // No line of ours is so long.
                if (_length == _heard.Length) _length = 0;
                var read = await _socket.ReceiveAsync(_heard.AsMemory(_length), cancel);
                if (read == 0) return null;
                _length += read;
                continue;
            }
            var line = Encoding.UTF8.GetString(_heard, 0, end);
            _heard.AsSpan(end + 1, _length - end - 1).CopyTo(_heard);
            _length -= end + 1;
            if (line.Split(' ', 4) is [JobFrame.Mark, var number, var word, .. var rest] && number == job.ToString(CultureInfo.InvariantCulture)) return (word, rest is [var said] ? said : "");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private StationChannel? Closed()
    {
        Dispose();
        return null;
    }

    // Length of it all, version 0, length of the name, the name, flags 0: a static channel.
    private static byte[] Opening(string channel)
    {
        var name = Encoding.ASCII.GetBytes(channel);
        var message = new byte[16 + name.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(8), name.Length);
        name.CopyTo(message, 12);
        return message;
    }
}

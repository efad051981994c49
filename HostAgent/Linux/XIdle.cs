using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;

namespace VdiBroker.Agent.Linux;

/// <summary>
/// Asks an X server for how long nobody has touched its keyboard or mouse: the X protocol's set-up, QueryExtension, and QueryInfo of the
/// extension MIT-SCREEN-SAVER. The server belongs to a person who may make it say anything: it is believed a number and nothing else, and
/// what it says is bounded.
/// </summary>
internal static class XIdle
{
    private const byte Reply = 1, QueryExtension = 98, QueryInfo = 1;
    private const int ReplyLength = 32;

    private static readonly byte[] _setup = [(byte)'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] _askForExtension = [QueryExtension, 0, 6, 0, 16, 0, 0, 0, .. "MIT-SCREEN-SAVER"u8];

    /// <summary>What came of the question.</summary>
    internal abstract record Answer
    {
        /// <summary>The server says so.</summary>
        internal sealed record Untouched(TimeSpan For) : Answer;

        /// <summary>It does not; why, in words.</summary>
        internal sealed record Unknown(string Why) : Answer;
    }

    /// <summary>Asks.</summary>
    /// <param name="display">X display number.</param>
    /// <param name="process">Process id of its server: another's socket of that name is not believed.</param>
    /// <param name="cancel">The deadline; passed, the answer is unknown.</param>
    public static async Task<Answer> AskAsync(uint display, int process, CancellationToken cancel)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(string.Create(CultureInfo.InvariantCulture, $"/tmp/.X11-unix/X{display}")), cancel);
            if (SocketPeer.Of(socket).Process != process) return new Answer.Unknown("another process has its socket");
            await socket.SendAsync(_setup, cancel);
            var head = await ReadAsync(socket, 8, cancel);
            var setup = await ReadAsync(socket, BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(6)) * 4, cancel);
            if (head[0] != Reply) return new Answer.Unknown("it lets root not in (startwm.sh: xhost +si:localuser:root)");
            if (Root(setup) is not { } root) return new Answer.Unknown("its greeting is not understood");
            await socket.SendAsync(_askForExtension, cancel);
            var extension = await ReadAsync(socket, ReplyLength, cancel);
            if (extension[0] != Reply || extension[8] == 0) return new Answer.Unknown("it lacks the extension MIT-SCREEN-SAVER");
            byte[] question = [extension[9], QueryInfo, 2, 0, 0, 0, 0, 0];
            BinaryPrimitives.WriteUInt32LittleEndian(question.AsSpan(4), root);
            await socket.SendAsync(question, cancel);
            var info = await ReadAsync(socket, ReplyLength, cancel);
            return info[0] == Reply
                ? new Answer.Untouched(TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt32LittleEndian(info.AsSpan(16))))
                : new Answer.Unknown("it refuses the question");
        }
        catch (OperationCanceledException)
        {
            return new Answer.Unknown("no answer in time");
        }
        catch (Exception fault) when (fault is SocketException or EndOfStreamException)
        {
            return new Answer.Unknown(fault.Message);
        }
    }

    /// <summary>The first screen's root window, out of the set-up's answer without its first eight bytes.</summary>
    /// <returns>Null when it is not there.</returns>
    public static uint? Root(ReadOnlySpan<byte> setup)
    {
        if (setup.Length < 32 || setup[20] == 0) return null;
        var vendor = (BinaryPrimitives.ReadUInt16LittleEndian(setup[16..]) + 3) & ~3;
        var screen = 32 + vendor + (setup[21] * 8);
        return setup.Length >= screen + 4 ? BinaryPrimitives.ReadUInt32LittleEndian(setup[screen..]) : null;
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int length, CancellationToken cancel)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            var read = await socket.ReceiveAsync(bytes.AsMemory(at), cancel);
            if (read == 0) throw new EndOfStreamException("it hung up");
            at += read;
        }
        return bytes;
    }
}

using System.Buffers;
using System.Net.Security;
using CsCheck;
using VdiBroker.Rpc;
using Xunit;

namespace VdiBroker.Broker.Tests.Rpc;

public sealed class ClientHelloTests
{
    [Fact]
    public async Task A_library_s_own_is_a_part_until_its_last_byte_is_there_and_whole_whatever_follows()
    {
        var hello = await MadeAsync();
        for (var n = 0; n < hello.Length; n++) Assert.Equal(Heard.Part, Look(hello[..n]));
        Assert.Equal(Heard.Whole, Look(hello));
        Assert.Equal(Heard.Whole, Look([.. hello, 22, 3, 3]));
        // However the bytes came.
        var second = new Piece(hello.AsMemory(7), null, 7);
        Assert.Equal(Heard.Whole, ClientHello.Look(new ReadOnlySequence<byte>(new Piece(hello.AsMemory(0, 7), second, 0), 0, second, hello.Length - 7)));
    }

    [Theory]
    [InlineData(0x47)]
    [InlineData(0x80, 0x2e, 1, 3, 1)]
    [InlineData(21, 3, 1)]
    // A record of another kind, one that is larger than may be, and one that holds half a hello.
    [InlineData(22, 3, 1, 0, 100, 2, 0, 0, 96)]
    [InlineData(22, 3, 1, 0x40, 1, 1, 0, 0, 96)]
    [InlineData(22, 3, 1, 0, 100, 1, 0, 0, 97)]
    public void What_will_never_be_one_is_nothing(params int[] said) => Assert.Equal(Heard.Nothing, Look([.. said.Select(one => (byte)one)]));

    [Fact]
    public void More_bytes_never_take_a_whole_one_back() => Gen.Select(Gen.Byte.Array[0, 60], Gen.Byte.Array[0, 60]).Sample((said, more) =>
    {
        if (Look(said) is var before and not Heard.Part) Assert.Equal(before, Look([.. said, .. more]));
    });

    /// <summary>As the library of our stations says it.</summary>
    internal static async Task<byte[]> MadeAsync()
    {
        // Written at its beginning; then there is nothing to read.
        using var wire = new MemoryStream();
        await using var tls = new SslStream(wire);
        await Assert.ThrowsAnyAsync<IOException>(() => tls.AuthenticateAsClientAsync("broker"));
        return wire.ToArray();
    }

    private static Heard Look(byte[] said) => ClientHello.Look(new ReadOnlySequence<byte>(said));

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> bytes, Piece? next, long from) => (Memory, Next, RunningIndex) = (bytes, next, from);
    }
}

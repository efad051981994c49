using VdiBroker.Machines;
using Xunit;

namespace VdiBroker.Domain.Tests.Machines;

public sealed class RdpGreetingTests
{
    private static readonly byte[] _confirm = [3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 0, 8, 0, 1, 0, 0, 0];

    [Fact]
    public void It_asks_for_tls_with_or_without_nla()
    {
        var request = RdpGreeting.Request();
        Assert.Equal((19, 19, 0xe0, 3), (request.Length, RdpGreeting.LengthOf(request), request[5], request[15]));
    }

    [Fact]
    public void Every_answer_of_a_server_has_its_meaning()
    {
        Assert.Equal(new RdpReply.Tls(Nla: false), RdpGreeting.Read(_confirm));
        Assert.Equal(new RdpReply.Tls(Nla: true), RdpGreeting.Read(With(15, 2)));
        Assert.Equal(new RdpReply.NoTls(), RdpGreeting.Read(With(15, 0)));
        Assert.Equal(new RdpReply.Refused(1), RdpGreeting.Read(With(11, 3)));
        // An old server does not negotiate at all.
        Assert.Equal(new RdpReply.NoTls(), RdpGreeting.Read([3, 0, 0, 11, 6, 0xd0, 0, 0, 0x12, 0x34, 0]));
    }

    [Fact]
    public void Whatever_else_comes_is_no_rdp_and_never_an_exception()
    {
        Assert.Equal(new RdpReply.Foreign(), RdpGreeting.Read("HTTP/1.1 400 Bad"u8));
        Assert.Equal(0, RdpGreeting.LengthOf("SSH-"u8));
        Assert.Equal(0, RdpGreeting.LengthOf([3, 0, 0xff, 0xff]));
        for (var cut = 0; cut < _confirm.Length; cut++) Assert.Equal(new RdpReply.Foreign(), RdpGreeting.Read(_confirm.AsSpan(0, cut)));
        for (var at = 0; at < _confirm.Length; at++)
        {
            for (var value = 0; value < 256; value++) RdpGreeting.Read(With(at, (byte)value));
        }
    }

    private static byte[] With(int at, byte value)
    {
        var bytes = (byte[])_confirm.Clone();
        bytes[at] = value;
        return bytes;
    }
}

using VdiBroker.Kernel;
using Xunit;

namespace VdiBroker.Domain.Tests.Stations;

public sealed class MacAddressTests
{
    [Theory]
    [InlineData("3c:52:82:01:0a:ff")]
    [InlineData("3C-52-82-01-0A-FF")]
    public void The_magic_packet_is_six_times_255_and_the_address_sixteen_times(string text)
    {
        var mac = MacAddress.Parse(text)!;
        Assert.Equal("3c:52:82:01:0a:ff", mac.ToString());
        byte[] own = [0x3c, 0x52, 0x82, 0x01, 0x0a, 0xff];
        Assert.Equal([.. Enumerable.Repeat((byte)0xff, 6), .. Enumerable.Repeat(own, 16).SelectMany(one => one)], mac.MagicPacket());
    }

    [Theory]
    [InlineData("")]
    [InlineData("3c:52:82:01:0a")]
    [InlineData("3c:52:82:01:0a:ff:00")]
    [InlineData("3c:52:82:01:0a:fg")]
    [InlineData("3c:52:82-01:0a:ff")]
    [InlineData("3c:52:82:01:0a: f")]
    [InlineData("+c:52:82:01:0a:ff")]
    [InlineData("00:00:00:00:00:00")]
    [InlineData("ff:ff:ff:ff:ff:ff")]
    [InlineData("01:00:5e:00:00:01")]
    public void What_is_no_card_s_address_is_none(string text) => Assert.Null(MacAddress.Parse(text));
}

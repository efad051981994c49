using VdiBroker.Shim.Brokers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>What the kernel's table of TCP connections tells.</summary>
public sealed class UnacknowledgedTests
{
    private const int Rdp = 3389;

    [Theory]
    [InlineData("0: 0265C6C6:A2B4 1F01107F:0D3D 01 00000045:00000000 01:0000002A 00000002 0 0 5511 2 0 20 4 0 10 -1", true)]
    [InlineData("0: 0265C6C6:A2B4 1F01107F:0D3D 01 00000045:00000000 01:0000002A 00000001 0 0 5511 2 0 20 4 0 10 -1", false)]
    [InlineData("0: 0265C6C6:A2B4 1F01107F:0D3D 01 00000000:00000000 02:0000002A 00000002 0 0 5511 2 0 20 4 0 10 -1", false)]
    [InlineData("0: 0265C6C6:A2B4 1F01107F:0D3D 02 00000001:00000000 01:0000002A 00000003 0 0 5511 2 0 20 4 0 10 -1", false)]
    [InlineData("0: 0265C6C6:A2B4 1F01107F:1D13 01 00000045:00000000 01:0000002A 00000005 0 0 5511 2 0 20 4 0 10 -1", false)]
    [InlineData("0: 0000000000000000FFFF00000265C6C6:A2B4 0000000000000000FFFF00001F01107F:0D3D 01 00000045:00000000 01:0000002A 00000004 0 0 5511 2", true)]
    [InlineData("  sl  local_address rem_address", false)]
    [InlineData("", false)]
    public void Words_that_are_sent_again_and_again_do_not_arrive(string line, bool stuck) =>
        Assert.Equal(stuck, Unacknowledged.IsStuck(line, new HashSet<int> { Rdp }));

    [Fact]
    public void On_a_network_that_works_nothing_is_stuck() =>
        Assert.False(Unacknowledged.To(new HashSet<int> { Rdp }));
}

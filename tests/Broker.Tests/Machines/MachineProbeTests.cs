using System.Net;
using System.Net.Sockets;
using VdiBroker.City.Processes;
using VdiBroker.Machines;
using Xunit;

namespace VdiBroker.Broker.Tests.Machines;

public sealed class MachineProbeTests
{
    private readonly string _address = Loopback.Pick().Address(17);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task A_machine_that_shows_its_declared_certificate_is_ready(byte selects, bool nla)
    {
        await using var pc = FakePc.At(_address, selects);
        pc.SwitchOn();
        Assert.Equal(new MachineAnswer.Ready(nla), await AskAsync(pc.Machine("pc-1")));
    }

    [Fact]
    public async Task A_machine_that_shows_another_certificate_is_not_given_to_anybody()
    {
        await using var pc = FakePc.At(_address);
        pc.SwitchOn();
        var answer = await AskAsync(pc.Machine("pc-1") with { CertificateSha256 = new string('0', 64) });
        Assert.Equal(new MachineAnswer.OtherCertificate(pc.CertificateSha256), answer);
        Assert.Equal(VdiBroker.Hosts.HostHealth.Untrusted, answer.Health);
    }

    [Fact]
    public async Task A_machine_that_is_off_or_speaks_without_tls_is_not_there()
    {
        await using var pc = FakePc.At(_address, selects: 0);
        Assert.Contains("ConnectionRefused", Cause(await AskAsync(pc.Machine("pc-1"))), StringComparison.Ordinal);
        pc.SwitchOn();
        Assert.Contains("without TLS", Cause(await AskAsync(pc.Machine("pc-1"))), StringComparison.Ordinal);
        await pc.SwitchOffAsync();
        Assert.Contains("ConnectionRefused", Cause(await AskAsync(pc.Machine("pc-1"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_says_nothing_or_something_else_is_not_there()
    {
        using var mute = new TcpListener(IPAddress.Parse(_address), 0);
        mute.Start();
        var machine = new Machine(new VdiBroker.Kernel.HostId("pc-1"), _address, ((IPEndPoint)mute.LocalEndpoint).Port, new string('0', 64));
        Assert.Contains("no answer within 3 s", Cause(await AskAsync(machine)), StringComparison.Ordinal);
        var asking = AskAsync(machine);
        // The first connection is the one that was given up.
        for (var i = 0; i < 2; i++)
        {
            using var client = await mute.AcceptTcpClientAsync();
            await client.Client.SendAsync("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray());
        }
        Assert.Contains("no RDP server", Cause(await asking), StringComparison.Ordinal);
    }

    private static string Cause(MachineAnswer answer) => Assert.IsType<MachineAnswer.NotThere>(answer).Cause;

    private static Task<MachineAnswer> AskAsync(Machine machine) => MachineProbe.AskAsync(machine, CancellationToken.None);
}

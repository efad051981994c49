using System.Net;
using System.Net.Sockets;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;
using StatusCode = Grpc.Core.StatusCode;

namespace VdiBroker.ThinClientShim.Tests;

public sealed class FailoverTests : AtAStation
{
    // Two seconds are the shim's own limit; the rest is what a loaded machine may add to a start and a handshake.
    private static readonly TimeSpan MovingOn = TimeSpan.FromSeconds(2) + TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_closed_port_is_passed_over()
    {
        var broker = await Station.BrokerAsync();
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var address = $"https://{closed.LocalEndpoint}";
        closed.Stop();
        await SignedInWithinAsync([address, broker.Address]);
    }

    [Fact]
    public async Task A_listener_that_never_answers_the_handshake_is_passed_over()
    {
        var broker = await Station.BrokerAsync();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await SignedInWithinAsync([$"https://{silent.LocalEndpoint}", broker.Address]);
    }

    [Fact]
    public async Task A_broker_that_takes_the_call_and_hangs_is_passed_over()
    {
        var hanging = await Station.BrokerAsync();
        hanging.Hangs = true;
        var broker = await Station.BrokerAsync();
        await SignedInWithinAsync([hanging.Address, broker.Address]);
    }

    [Fact]
    public async Task A_broker_that_is_stopping_sends_the_station_to_another()
    {
        var otherDesk = new ScriptedDesk
        {
            SignInFault = ScriptedDesk.Fault(ErrorCode.BrokerStopping, StatusCode.Unavailable, Retry.OtherBroker, "Ce serveur s'arrête."),
        };
        await using var stopping = await ScriptedBroker.StartAsync(otherDesk, Station.Authority);
        var broker = await Station.BrokerAsync();
        await SignedInWithinAsync([stopping.Address, broker.Address]);
        Assert.Single(otherDesk.SignIns);
        Assert.DoesNotContain("s'arrête", Station.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_password_is_not_tried_at_another_broker()
    {
        var first = await Station.BrokerAsync();
        var second = await Station.BrokerAsync();
        Station.Start([first.Address, second.Address], "", "--user", ScriptedDesk.Login, "--password-fd", "0");
        Station.Type("wrong");
        Assert.Equal(3, await Station.ExitAsync());
        Assert.Single(Station.Desk.SignIns);
        Assert.Equal(0, second.Calls);
    }

    [Theory]
    [InlineData("fr", "Le service des bureaux ne répond pas.")]
    [InlineData("en", "The desktop service does not answer.")]
    public async Task With_no_broker_the_shim_says_so_and_ends_with_4(string language, string sentence)
    {
        Station.Start(["https://127.0.0.1:1", "https://127.0.0.1:2"], $"language = {language}", "--user", ScriptedDesk.Login, "--password-fd", "0");
        Station.Type("whatever");
        Assert.Equal(4, await Station.ExitAsync());
        Assert.Contains(sentence, Station.Screen, StringComparison.Ordinal);
    }

    private async Task SignedInWithinAsync(string[] brokers)
    {
        Station.Start(brokers, "", "--user", ScriptedDesk.Login, "--password-fd", "0");
        Station.Type(Station.Desk.Password);
        await Station.StepAsync("signed-in");
        var started = Station.TimeOf("started");
        Assert.InRange(Station.TimeOf("signed-in") - started, TimeSpan.Zero, MovingOn);
    }
}

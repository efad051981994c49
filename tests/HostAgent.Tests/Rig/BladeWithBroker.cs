using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;
using Xunit;

namespace VdiBroker.HostAgent.Tests.Rig;

/// <summary>A blade whose agent is attached to a broker.</summary>
/// <param name="sticks">Drives of stations are taken.</param>
public class BladeWithBroker(bool sticks = false) : IAsyncLifetime
{
    private ScriptedBroker? _broker;
    private Blade? _blade;

    internal HostRig Host { get; } = new() { Sticks = sticks };

    internal ScriptedBroker Broker => _broker!;

    internal Blade Blade => _blade!;

    public virtual async Task InitializeAsync()
    {
        _broker = await ScriptedBroker.StartAsync(Host.City);
        _blade = await Blade.StartAsync(Host, Broker);
        await Broker.AttachedAsync();
    }

    public virtual async Task DisposeAsync()
    {
        if (_blade is not null) await _blade.DisposeAsync();
        if (_broker is not null) await _broker.DisposeAsync();
        await Host.EndAsync();
    }

    /// <summary>What the host says about a person now.</summary>
    internal ObservedSession? Seen(string person) =>
        Broker.Attachments.Last(host => host.Latest is not null).Latest!.Sessions.SingleOrDefault(session => session.User == person);
}

/// <summary>The same with a station; people of the tests share it.</summary>
public sealed class BladeWithStation : BladeWithBroker
{
    private Station? _station;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _station = await Station.StartAsync(Host.Folder);
    }

    public override async Task DisposeAsync()
    {
        if (_station is not null) await _station.DisposeAsync();
        await base.DisposeAsync();
    }

    internal Task<ServerProcess> OpenAsync(string person, string ticket) => _station!.OpenAsync(Blade, Host.RdpFingerprint, person, ticket);

    /// <summary>Tries to; gives the client's exit status.</summary>
    internal async Task<int> OpenAndEndAsync(string person, string ticket)
    {
        await using var client = await OpenAsync(person, ticket);
        await client.ExitedAsync(Soon.Deadline);
        return client.ExitCode;
    }

    internal Task PressAsync(string key) => _station!.PressAsync(key);

    internal Task EndAsync(string person, string session) =>
        Broker.Attachments.Last(host => host.Latest is not null).OrderAsync(new EndSession { User = person, SessionId = session });
}

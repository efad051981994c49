using Xunit;

namespace VdiBroker.ThinClientShim.Tests.Peers;

/// <summary>Tests that have a station, another one each.</summary>
public abstract class AtAStation : IAsyncLifetime
{
    internal TestStation Station { get; } = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await Station.DisposeAsync();
}

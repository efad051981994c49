using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.Rpc;
using Xunit;

namespace VdiBroker.Broker.Tests.Rpc;

public sealed class NeighbourGatesTests
{
    private static readonly TimeSpan _patient = TimeSpan.FromMinutes(1);
    private readonly NeighbourGates _gates = new(new AdmissionRule(2, 2, TimeSpan.FromSeconds(30)), "tests", TimeProvider.System, NullLogger.Instance);

    [Fact]
    public async Task One_neighbourhood_waits_for_its_own_and_no_other_one_for_it()
    {
        var first = await _gates.EnterAsync("here", _patient, default);
        using var second = await _gates.EnterAsync("here", _patient, default);
        var third = _gates.EnterAsync("here", _patient, default).AsTask();
        using var elsewhere = await _gates.EnterAsync("there", TimeSpan.Zero, default);
        Assert.NotNull(elsewhere);
        Assert.False(third.IsCompleted);
        Assert.Null(await _gates.EnterAsync("here", TimeSpan.Zero, default));

        first!.Dispose();
        first.Dispose();
        using var place = await third.WaitAsync(_patient);
        Assert.NotNull(place);
        Assert.Null(await _gates.EnterAsync("here", TimeSpan.Zero, default));
    }

    [Fact]
    public async Task Hundreds_of_one_neighbourhood_all_come_to_their_turn_and_nothing_of_them_stays()
    {
        using var gone = new CancellationTokenSource();
        using var first = await _gates.EnterAsync("here", _patient, default);
        using var second = await _gates.EnterAsync("here", _patient, default);
        var givesUp = _gates.EnterAsync("here", _patient, gone.Token).AsTask();
        var many = Enumerable.Range(0, 300).Select(async _ =>
        {
            using var place = await _gates.EnterAsync("here", TimeSpan.FromHours(1), default);
            Assert.NotNull(place);
        }).ToList();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givesUp);
        Assert.Equal(1, _gates.Count);
        first!.Dispose();
        second!.Dispose();
        await Task.WhenAll(many).WaitAsync(_patient);
        Assert.Equal(0, _gates.Count);
    }
}

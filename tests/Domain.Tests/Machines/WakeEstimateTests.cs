using VdiBroker.Machines;
using Xunit;

namespace VdiBroker.Domain.Tests.Machines;

public sealed class WakeEstimateTests
{
    [Theory]
    [InlineData(new int[0], 0, null)]
    [InlineData(new[] { 38 }, 0, 40)]
    [InlineData(new[] { 38 }, 12, 30)]
    [InlineData(new[] { 38 }, 37, 5)]
    [InlineData(new[] { 38 }, 90, 5)]
    [InlineData(new[] { 30, 300, 31 }, 0, 35)]
    [InlineData(new[] { 20, 20, 20, 20, 20, 20, 20, 20, 20, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99 }, 0, 20)]
    public void What_is_left_is_the_usual_time_less_what_has_passed(int[] earlier, int elapsed, int? left) =>
        Assert.Equal(left, (int?)WakeEstimate.Left([.. earlier.Select(s => TimeSpan.FromSeconds(s))], TimeSpan.FromSeconds(elapsed))?.TotalSeconds);
}

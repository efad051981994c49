using VdiBroker.CityFile;
using VdiBroker.Pools;
using Xunit;

namespace VdiBroker.Broker.Tests.CityFile;

public sealed class LimitsSectionTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Every_limit_may_be_said_and_each_may_be_left_out()
    {
        var (all, none) = Read("limits: { idle: 30m, disconnected: 4h, longest: 12h, warn: 2m, extend: 15m, extensions: 2 }");
        Assert.Empty(none);
        var expected = new SessionLimits
        {
            Idle = TimeSpan.FromMinutes(30),
            Disconnected = TimeSpan.FromHours(4),
            Longest = TimeSpan.FromHours(12),
            Warn = TimeSpan.FromMinutes(2),
            Extend = TimeSpan.FromMinutes(15),
            Extensions = 2,
        };
        Assert.Equal(expected, all);
        Assert.Equal(SessionLimits.None, Read("other: 1").Limits);
        Assert.Equal(1, Read("limits: { longest: 12h, extend: 1h }").Limits.Extensions);
    }

    [Theory]
    [InlineData("limits: { idle: 5m }", 1, "'idle' must be longer than 'warn'")]
    [InlineData("limits: { longest: 1m, warn: 2m }", 1, "'longest' must be longer than 'warn'")]
    [InlineData("limits:\n  idle: 30m\n  extend: 5m\n", 3, "'extend' must be longer than 'warn'")]
    [InlineData("limits: { disconnected: 0s }", 1, "'disconnected' must be longer than nothing")]
    [InlineData("limits: { idle: half an hour }", 1, "must be a time such as")]
    [InlineData("limits: { longst: 30m }", 1, "did you mean 'longest'?")]
    public void What_cannot_be_is_told_with_its_line(string yaml, int line, string what)
    {
        var fault = Assert.Single(Read(yaml).Faults);
        Assert.Equal(line, fault.Line);
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
    }

    private (SessionLimits Limits, IReadOnlyList<CityFault> Faults) Read(string yaml)
    {
        File.WriteAllText(_file, yaml);
        var document = CityDocument.Read(_file);
        return (LimitsSection.Read(document.Root), document.Faults);
    }
}

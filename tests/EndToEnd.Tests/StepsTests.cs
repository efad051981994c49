using VdiBroker.City.Story;
using Xunit;

namespace VdiBroker.EndToEnd.Tests;

/// <summary>The story itself, without a city.</summary>
public sealed class StepsTests
{
    [Fact]
    public void Every_line_has_a_name_of_its_own() =>
        Assert.Equal(StoryPlay.Steps.Count, StoryPlay.Steps.Select(step => step.Name).Distinct().Count());
}

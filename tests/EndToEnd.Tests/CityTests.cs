using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.City.Story;
using Xunit;

namespace VdiBroker.EndToEnd.Tests;

/// <summary>What needs a city of its own.</summary>
[Collection(OneCityAtATime.Name)]
public sealed class CityTests(WholeStory before)
{
    [Theory]
    [InlineData(StoreShape.One)]
    [InlineData(StoreShape.Sentinel)]
    [InlineData(StoreShape.Cluster)]
    public async Task Desktops_follow_and_faults_are_survived_on_every_shape_of_store_and_nothing_is_left_behind(StoreShape store)
    {
        Assert.NotEmpty(before.Played.Lines);
        var pictures = Path.Combine(Path.GetTempPath(), "vdi-story-" + Path.GetRandomFileName());
        var played = await StoryPlay.RunAsync(StoryPlay.OfTheStore, store, pictures, _ => { });
        Assert.Equal([], played.Lines.Where(line => !line.Ok).Select(line => $"{line.Name}: {line.Note} (pictures and logs: {pictures})"));
        Assert.Equal(StoryPlay.OfTheStore.Count + 1, played.Lines.Count);
        Directory.Delete(pictures, recursive: true);

        var folder = played.Lines[0].Note;
        Assert.False(Directory.Exists(folder));
        Assert.DoesNotContain(ProcessTable.All(), program => program.Arguments.Any(argument => argument.Contains(folder, StringComparison.Ordinal)));
        Assert.DoesNotContain(folder, await File.ReadAllTextAsync("/proc/self/mounts"), StringComparison.Ordinal);
    }
}

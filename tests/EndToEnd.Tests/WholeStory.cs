using VdiBroker.City.Brokers;
using VdiBroker.City.Story;
using Xunit;

namespace VdiBroker.EndToEnd.Tests;

/// <summary>The story, played once for all tests of the collection; each test reads how its line went.</summary>
public sealed class WholeStory : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "vdi-story-" + Path.GetRandomFileName());

    /// <summary>How it went.</summary>
    public StoryResult Played { get; private set; } = new([], new Dictionary<string, double>());

    /// <inheritdoc/>
    public async Task InitializeAsync() => Played = await StoryPlay.RunAsync(StoryPlay.Steps, StoreShape.Own, _folder, _ => { });

    /// <summary>Pictures and logs of a story that did not hold stay, for who has to find out why.</summary>
    public Task DisposeAsync()
    {
        if (Played.Ok) Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>Fails the test with the line's note unless it held.</summary>
    public void Holds(StoryStep step)
    {
        var line = Played.Lines.FirstOrDefault(line => line.Name == step.Name);
        Assert.True(line is not null, $"never played: {step.Name}; {Played.Lines.FirstOrDefault(other => !other.Ok)?.Note}");
        Assert.True(line.Ok, $"{line.Name}: {line.Note} (pictures and logs: {_folder})");
    }
}

/// <summary>One city at a time, and alone: the story is timed, and shares two cores.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneCityAtATime : ICollectionFixture<WholeStory>
{
    public const string Name = "one city at a time";
}

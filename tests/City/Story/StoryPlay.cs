using System.Diagnostics;
using System.Text.Json;
using VdiBroker.City.Brokers;

namespace VdiBroker.City.Story;

/// <summary>Plays the whole story once, in a city of its own.</summary>
public static class StoryPlay
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Every line after the city's start, in order.</summary>
    public static IReadOnlyList<StoryStep> Steps =>
    [
        TicketChapter.Forget, .. RoamingChapter.Steps, .. FaultChapter.Steps, .. LimitChapter.Steps, .. RefusalChapter.Steps, .. DirectoryChapter.Steps, .. LossChapter.Steps, .. HostChapter.Steps,
        .. MachineChapter.Steps, .. GreeterChapter.Steps, .. ExplainChapter.Steps,
        .. TicketChapter.Steps, .. FigureChapter.Steps, .. SecretChapter.Steps,
    ];

    /// <summary>What a store's shape could change: desktops that follow, a broker and a store that are killed, a host that dies.</summary>
    public static IReadOnlyList<StoryStep> OfTheStore => [.. RoamingChapter.Steps, FaultChapter.Broker, FaultChapter.Redis, .. LossChapter.Steps];

    /// <summary>Plays it.</summary>
    /// <param name="steps">Which lines, in order.</param>
    /// <param name="store">What the city's store is made of.</param>
    /// <param name="folder">Takes pictures, story.json and the logs.</param>
    /// <param name="heard">Told each line when it is over.</param>
    /// <param name="cancel">Ends it early; everything that was started is stopped.</param>
    public static async Task<StoryResult> RunAsync(IReadOnlyList<StoryStep> steps, StoreShape store, string folder, Action<StoryLine> heard, CancellationToken cancel = default)
    {
        System.IO.Directory.CreateDirectory(folder);
        var lines = new List<StoryLine>();
        var clock = Stopwatch.StartNew();
        SortedDictionary<string, double> figures = [];
        try
        {
            await using var city = await RunningCity.StartAsync(CityPlan.Demo(habitatSeats: 1) with { Store = store, EndsSoon = true }, cancel: cancel);
            try
            {
                await city.ReadyAsync(cancel);
                Tell(new StoryLine($"The city starts: directory, broker, {StoreOf(store)}, three session hosts, a PC, two stations", true, clock.Elapsed.TotalSeconds, city.Folder));
                figures = await PlayAsync(steps, city, folder, Tell, cancel);
            }
            finally
            {
                city.KeepLogs(Path.Combine(folder, "logs"));
            }
            clock.Restart();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Tell(new StoryLine("The city starts and ends", false, clock.Elapsed.TotalSeconds, fault.Message));
        }
        var result = new StoryResult(lines, figures);
        await File.WriteAllTextAsync(Path.Combine(folder, "story.json"), Json(result), CancellationToken.None);
        return result;

        void Tell(StoryLine line)
        {
            lines.Add(line);
            heard(line);
        }
    }

    private static async Task<SortedDictionary<string, double>> PlayAsync(IReadOnlyList<StoryStep> steps, RunningCity city, string folder, Action<StoryLine> tell, CancellationToken cancel)
    {
        var scene = await StoryScene.SetAsync(city, folder);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reader = Task.Run(() => scene.Reader.ReadProcessesAsync(reading.Token), CancellationToken.None);
        try
        {
            foreach (var step in steps)
            {
                cancel.ThrowIfCancellationRequested();
                tell(await PlayAsync(step, scene));
            }
        }
        finally
        {
            await reading.CancelAsync();
            await reader;
            scene.Close();
        }
        return scene.Figures;
    }

    private static async Task<StoryLine> PlayAsync(StoryStep step, StoryScene scene)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            var note = await step.Act(scene);
            return new StoryLine(step.Name, true, clock.Elapsed.TotalSeconds, note);
        }
        catch (Exception fault)
        {
            // Whatever went wrong, the line does not hold; the next ones are still told.
            await scene.PictureAsync(scene.A, "failed-a");
            await scene.PictureAsync(scene.B, "failed-b");
            return new StoryLine(step.Name, false, clock.Elapsed.TotalSeconds, fault.Message);
        }
    }

    private static string StoreOf(StoreShape store) => store switch
    {
        StoreShape.One => "a Redis of the operator's",
        StoreShape.Sentinel => "three Redis under three Sentinels",
        StoreShape.Cluster => "a Redis Cluster of six",
        _ => "the broker's own Redis",
    };

    private static string Json(StoryResult result) => JsonSerializer.Serialize(new
    {
        steps = result.Lines.Select(line => new { name = line.Name, ok = line.Ok, seconds = Math.Round(line.Seconds, 2), note = line.Note }),
        figures = result.Figures,
        aims = result.Aims.Select(aim => new { figure = aim.Figure, aim = aim.AtMost, value = aim.Value, met = aim.Met }),
    }, Layout);
}

/// <summary>How the whole story went.</summary>
/// <param name="Lines">Every line that was played.</param>
/// <param name="Figures">What was measured, by name with its unit.</param>
public sealed record StoryResult(IReadOnlyList<StoryLine> Lines, IReadOnlyDictionary<string, double> Figures)
{
    /// <summary>What was aimed at, and whether it was met.</summary>
    public IReadOnlyList<Aim> Aims => Aim.Of(Figures);

    /// <summary>Every line held.</summary>
    public bool Ok => Lines.Count > 0 && Lines.All(line => line.Ok);
}

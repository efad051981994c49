using System.Globalization;
using System.Text.Json.Nodes;
using VdiBroker.City.Brokers;

namespace VdiBroker.City.Story;

/// <summary>Nobody has to guess why.</summary>
public static class ExplainChapter
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    public static readonly StoryStep OnScreen = new("`broker explain` tells where the time of a sign-in went: every segment from the station to the first picture is measured", async scene =>
    {
        var amelie = scene.City.People.Amelie;
        if (scene.A.InUse) await scene.A.LeaveAsync();
        await scene.ArriveAsync(scene.A, amelie);
        var opening = await OpeningAsync(scene, amelie.Login, one => Segments(one).All(segment => segment.State is "Known" or "NotNeeded"));
        var segments = Segments(opening);
        StoryScene.Must(segments.Count == 7, $"{segments.Count} segments");
        await KeepAsync(scene, "explained-desktop", amelie.Login);
        await scene.A.LeaveAsync();
        return string.Join(", ", segments.Select(segment => string.Create(CultureInfo.InvariantCulture, $"{segment.Name} {(segment.Ms is { } ms ? $"{ms:0} ms" : segment.State)}")));
    });

    public static readonly StoryStep Refused = new("The helpdesk types the eight characters that a station showed: why, in two sentences and in full, in French and in English", async scene =>
    {
        var person = scene.City.People["gaetan.sanschagrin"];
        scene.Watch(person);
        var (refusal, _) = await scene.Caller.RefusalAsync(person.Login, person.Password);
        await OpeningAsync(scene, refusal.Reference, _ => true);
        var told = await KeepAsync(scene, "explained-refusal", refusal.Reference);
        var lines = told.Split('\n').Select(line => line.Trim()).ToList();
        return string.Join(' ', lines.Skip(lines.IndexOf("Pour la personne :") + 1).Take(2));
    });

    /// <summary>The lines in their order.</summary>
    public static IReadOnlyList<StoryStep> Steps => [OnScreen, Refused];

    private static Task<JsonNode> OpeningAsync(StoryScene scene, string what, Func<JsonNode, bool> holds) => Explained.LastOpeningAsync(scene.City.Broker, what, Soon, holds);

    private static List<(string Name, string State, double? Ms)> Segments(JsonNode opening) =>
        [.. opening["segments"]!.AsArray().Select(segment => ((string)segment!["name"]!, (string)segment["state"]!, (double?)segment["ms"]))];

    private static async Task<string> KeepAsync(StoryScene scene, string name, string what)
    {
        var french = (await scene.City.Broker.OperatorAsync("explain", what)).Output;
        await scene.KeepAsync(name + ".fr.txt", french);
        await scene.KeepAsync(name + ".en.txt", (await scene.City.Broker.OperatorAsync("explain", what, "--language", "en")).Output);
        return french;
    }
}

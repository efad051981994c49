using System.Diagnostics;
using System.Globalization;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Story;

/// <summary>A blade dies and another of its pool lives.</summary>
public static class LossChapter
{
    public static readonly StoryStep AnotherDesktop = new("A host dies and another of its pool lives: the station says which one and that unsaved work is lost; a new desktop is on the screen by itself", async scene =>
    {
        var amelie = scene.City.People.Amelie;
        if (scene.A.InUse) await scene.A.LeaveAsync();
        await scene.ArriveAsync(scene.A, amelie);
        var lost = scene.BladeOf(amelie);
        var clock = Stopwatch.StartNew();
        await lost.CrashAsync();
        try
        {
            await scene.A.ShowsNothingAsync(StoryScene.Patience);
            await Eventually.HoldsAsync("a session on another host", StoryScene.Patience, () => Other(scene, lost).SessionOf(amelie.UidNumber).Count > 0);
            await scene.A.ShowsDesktopAsync(StoryScene.Patience);
            var took = clock.Elapsed.TotalSeconds;
            var said = await scene.A.HearsAsync(lost.Plan.Name, StoryScene.Patience);
            StoryScene.Must(said.Contains("perdu", StringComparison.Ordinal), $"A said: {said}");
            StoryScene.Must(scene.A.InUse, "vdi-shim has ended");
            var picture = await scene.PictureAsync(scene.A, "new-desktop-by-itself");
            scene.CollectTickets();
            return string.Create(CultureInfo.InvariantCulture, $"{took:0.0} s after the death of {lost.Plan.Name}: a desktop on {scene.BladeOf(amelie).Plan.Name}, {picture}; {said}");
        }
        finally
        {
            await lost.StartAgainAsync();
            await Eventually.HoldsAsync($"the agent of {lost.Plan.Name} attached again", StoryScene.Patience, () => lost.Attached);
            if (scene.A.InUse) await scene.A.LeaveAsync();
        }
    });

    /// <summary>The lines in their order.</summary>
    public static IReadOnlyList<StoryStep> Steps => [AnotherDesktop];

    private static Hosts.Blade Other(StoryScene scene, Hosts.Blade lost) => scene.City.Blades.SkipLast(1).Single(blade => blade != lost);
}

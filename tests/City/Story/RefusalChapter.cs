using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;

namespace VdiBroker.City.Story;

/// <summary>Every refusal says its own sentence, in the station's language.</summary>
public static class RefusalChapter
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public static readonly StoryStep WrongPassword = new("Wrong password and unknown person: one same answer, one same timing", async scene =>
    {
        if (scene.B.InUse) await scene.B.LeaveAsync();
        var wrong = Townspeople.NewPassword();
        var person = scene.City.People["jean-noel.mercier"];
        var here = await SaysAsync(scene, person with { Password = wrong }, "fr", ErrorCode.SignInRejected);
        var (saidHere, endedHere) = (string.Join('\n', scene.B.Heard()), scene.B.ExitCode);
        await scene.PictureAsync(scene.B, "wrong-password");
        var nobody = person with { Login = "personne.inconnue", Password = wrong };
        await SaysAsync(scene, nobody, "fr", ErrorCode.SignInRejected);
        // All that the station said, and how it ended: nothing may tell a known name from an unknown one.
        var (saidThere, endedThere) = (string.Join('\n', scene.B.Heard()), scene.B.ExitCode);
        StoryScene.Must(saidHere == saidThere, $"wrong password: \"{saidHere}\"; unknown person: \"{saidThere}\"");
        StoryScene.Must(endedHere == 3 && endedThere == 3, $"wrong password ended with {endedHere}, unknown person with {endedThere}");
        await SaysAsync(scene, nobody, "en", ErrorCode.SignInRejected);
        var (known, unknown) = (new List<double>(), new List<double>());
        for (var i = 0; i < 9; i++)
        {
            known.Add((await scene.Caller.RefusalAsync(person.Login, wrong)).Took.TotalMilliseconds);
            unknown.Add((await scene.Caller.RefusalAsync(nobody.Login, wrong)).Took.TotalMilliseconds);
        }
        var (k, u) = (known.Order().ElementAt(4), unknown.Order().ElementAt(4));
        StoryScene.Must(Math.Abs(k - u) < 150, $"wrong password {k:0} ms, unknown person {u:0} ms");
        return $"{here} (medians {k:0} ms and {u:0} ms)";
    });

    public static readonly StoryStep NoRight = new("No right to any pool: its own sentence, in French and in English", scene =>
        BothAsync(scene, scene.City.People["gaetan.sanschagrin"], ErrorCode.NoEntitlement, "no-right"));

    public static readonly StoryStep Full = new("All hosts full: its own sentence, in French and in English", async scene =>
    {
        if (scene.A.InUse) await scene.A.LeaveAsync();
        // One seat, and Sylvie has it.
        await scene.ArriveAsync(scene.A, scene.City.People["sylvie.moreau"]);
        return await BothAsync(scene, Waiting(scene), ErrorCode.AllHostsFull, "full");
    });

    public static readonly StoryStep HostLost = new("A host dies: the station of its desktop says so in words", async scene =>
    {
        await scene.City.Blades[^1].CrashAsync();
        // Every try of the shim's, with its pauses.
        var ended = await scene.A.EndsAsync(TimeSpan.FromSeconds(75));
        await scene.PictureAsync(scene.A, "host-lost");
        var said = scene.A.Heard();
        var own = said.LastOrDefault(line => line == Sentences.Of(ErrorCode.HostGone, "fr") || line.Contains("s'est arrêté", StringComparison.Ordinal));
        StoryScene.Must(own is not null && !said.Contains(Sentences.Of(ErrorCode.AllHostsDown, "fr")), $"A said: {string.Join(" | ", said)}");
        StoryScene.Must(ended == 8, $"vdi-shim ended with {ended}");
        return own!;
    });

    public static readonly StoryStep Down = new("All hosts down: its own sentence, in French and in English", async scene =>
    {
        var note = await BothAsync(scene, Waiting(scene), ErrorCode.AllHostsDown, "down");
        await scene.City.Blades[^1].StartAgainAsync();
        await EventuallyArrivesAsync(scene, Waiting(scene));
        await scene.PictureAsync(scene.B, "host-is-back");
        await scene.B.LeaveAsync();
        return note;
    });

    public static readonly StoryStep DirectoryDown = new("Directory down: its own sentence, in French and in English", async scene =>
    {
        await scene.City.KillDirectoryAsync();
        try
        {
            return await BothAsync(scene, scene.City.People["rachid.benali"], ErrorCode.DirectoryOutOfReach, "directory-down");
        }
        finally
        {
            await scene.City.StartDirectoryAgainAsync();
        }
    });

    /// <summary>The lines in their order.</summary>
    public static IReadOnlyList<StoryStep> Steps => [WrongPassword, NoRight, Full, HostLost, Down, DirectoryDown];

    private static Townsperson Waiting(StoryScene scene) => scene.City.People["benoit.lemaitre"];

    private static async Task<string> BothAsync(StoryScene scene, Townsperson person, ErrorCode code, string picture)
    {
        if (scene.B.InUse) await scene.B.LeaveAsync();
        var french = await SaysAsync(scene, person, "fr", code);
        await scene.PictureAsync(scene.B, picture);
        var english = await SaysAsync(scene, person, "en", code);
        return $"{french} / {english}";
    }

    private static async Task<string> SaysAsync(StoryScene scene, Townsperson person, string language, ErrorCode code)
    {
        var sentence = Sentences.Of(code, language);
        await scene.SignInAsync(scene.B, person, language);
        await scene.B.HearsAsync(sentence, Soon);
        await scene.B.EndsAsync(Soon);
        return sentence;
    }

    private static async Task EventuallyArrivesAsync(StoryScene scene, Townsperson person)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        do
        {
            await scene.SignInAsync(scene.B, person);
            await Eventually.HoldsAsync("an answer at B", StoryScene.Patience, async () => !scene.B.InUse || Stations.DesktopLook.IsComplete(await scene.B.Screen.LookAsync()));
            if (scene.B.InUse) return;
        }
        while (clock.Elapsed < Soon);
        throw new StoryException($"the host is back, and still: {string.Join(" | ", scene.B.Heard().TakeLast(3))}");
    }
}

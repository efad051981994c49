using System.Diagnostics;
using System.Globalization;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.City.Secrets;
using VdiBroker.Protocol.Rpc.V1;

namespace VdiBroker.City.Story;

/// <summary>The directory as people and operators meet it: groups in groups, passwords, locks, outages.</summary>
public static class DirectoryChapter
{
    private const int TriesAllowed = 5;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public static readonly StoryStep Checked = new("`broker check` tries everything in the city and finds nothing bad", async scene =>
    {
        var answer = await scene.City.Broker.OperatorAsync("check");
        var lines = answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        StoryScene.Must(answer.Status == 0, string.Join(" | ", lines.Where(line => !line.StartsWith("ok", StringComparison.OrdinalIgnoreCase)).Append(answer.Error)));
        return lines[^1];
    });

    public static readonly StoryStep Nested = new("A right by a group in a group in a group opens a desktop, and `broker whois` says by which path", async scene =>
    {
        var person = scene.City.People["noemie.lhermitte"];
        await ArriveAsync(scene, scene.B, person);
        var picture = await scene.PictureAsync(scene.B, "nested-group");
        await scene.B.LeaveAsync();
        var said = (await scene.City.Broker.OperatorAsync("whois", person.Login)).Output.Split('\n').FirstOrDefault(line => line.TrimStart().StartsWith(CityDirectory.Services, StringComparison.Ordinal));
        StoryScene.Must(said?.Contains($"{CityDirectory.Reception} is in ", StringComparison.Ordinal) == true, $"whois said: {said}");
        return $"{said!.Trim()}; {picture}";
    });

    public static readonly StoryStep WithTown = new("A name typed with its town opens the same desktop", async scene =>
    {
        var person = scene.City.People["noemie.lhermitte"];
        var typed = $"{person.Login.ToUpperInvariant()}@{CityYaml.Suffix(person.Tenant)}";
        await ArriveAsync(scene, scene.B, person with { Login = typed });
        StoryScene.Must(scene.BladeOf(person).SessionOf(person.UidNumber).Count > 0, "it is another account's");
        await scene.B.LeaveAsync();
        return typed;
    });

    public static readonly StoryStep NewPassword = new("Who must change their password is asked for a new one after the right old one, hears that one is too short, and has their desktop with the next", async scene =>
    {
        var person = scene.City.People[CityDirectory.Newcomer];
        var changed = person with { Password = Townspeople.NewPassword() };
        scene.Watch(person);
        scene.Reader.Watch($"new password of {person.Login}", changed.Password);
        if (scene.B.InUse) await scene.B.LeaveAsync();
        await scene.SitDownAsync(scene.B, person.Login);
        await scene.B.AnswerAsync("Votre mot de passe", person.Password, Soon);
        await scene.B.HearsAsync(Sentences.Of(ErrorCode.PasswordMustChange, "fr"), Soon);
        string[] asked = ["Nouveau mot de passe", "Le même mot de passe"];
        var tooShort = changed.Password[..5];
        foreach (var question in asked) await scene.B.AnswerAsync(question, tooShort, Soon);
        var refused = await scene.B.HearsAsync(Sentences.Of(ErrorCode.PasswordTooShort, "fr"), Soon);
        foreach (var question in asked) await scene.B.AnswerAsync(question, changed.Password, Soon);
        await scene.B.ShowsDesktopAsync(StoryScene.Patience);
        scene.CollectTickets();
        await scene.PictureAsync(scene.B, "new-password-desktop");
        await scene.B.LeaveAsync();
        var picture = await scene.PictureAsync(scene.B, "new-password-words");
        var (detail, _) = await scene.Caller.RefusalAsync(person.Login, person.Password);
        StoryScene.Must(detail.Code == ErrorCode.SignInRejected, $"the old password was answered with {detail.Code}");
        await scene.Caller.SignInAsync(changed.Login, changed.Password);
        return $"{refused}; {picture}; the old one is a wrong password now";
    });

    public static readonly StoryStep Locked = new("Five wrong passwords at one station lock the person there alone, with the same answer; elsewhere they work; `broker lockout unlock` ends it", async scene =>
    {
        var person = scene.City.People["francoise.lefevre"];
        var wrong = person with { Password = Townspeople.NewPassword() };
        for (var i = 0; i < TriesAllowed; i++) await RejectedAsync(scene, wrong);
        var before = string.Join('\n', scene.B.Heard());
        await RejectedAsync(scene, person);
        StoryScene.Must(before == string.Join('\n', scene.B.Heard()), $"wrong: \"{before}\"; locked: \"{string.Join('\n', scene.B.Heard())}\"");
        await scene.PictureAsync(scene.B, "locked-at-b");
        await ArriveAsync(scene, scene.A, person);
        await scene.PictureAsync(scene.A, "not-locked-at-a");
        await scene.A.LeaveAsync();
        var unlocked = await scene.City.Broker.OperatorAsync("lockout", "unlock", person.Login);
        StoryScene.Must(unlocked.Status == 0 && unlocked.Output.Contains(scene.B.Name, StringComparison.Ordinal), $"unlock: {unlocked.Output}{unlocked.Error}");
        await ArriveAsync(scene, scene.B, person);
        await scene.B.LeaveAsync();
        return unlocked.Output.Trim();
    });

    public static readonly StoryStep Limited = new("The directory is dead: who signed in before, in a town with limited mode, has a desktop and reads that it is limited; another town's person is told; then all is as before", async scene =>
    {
        var (known, other) = (scene.City.People["emilie.marchand"], scene.City.People["karim.haddad"]);
        await ArriveAsync(scene, scene.A, known);
        await scene.A.LeaveAsync();
        // Derived in the background, after the sign-in and for the next outage.
        await Eventually.HoldsAsync("the verifier is kept", Soon, () => IsKeptAsync(scene, known));
        string picture;
        await scene.City.KillDirectoryAsync();
        try
        {
            await ArriveAsync(scene, scene.A, known);
            await scene.A.HearsAsync("mode limité", Soon);
            await scene.SignInAsync(scene.B, other);
            await scene.B.HearsAsync(Sentences.Of(ErrorCode.DirectoryOutOfReach, "fr"), Soon);
            await scene.B.EndsAsync(Soon);
            await scene.A.LeaveAsync();
            picture = await scene.PictureAsync(scene.A, "limited-mode");
        }
        finally
        {
            await scene.City.StartDirectoryAgainAsync();
        }
        await Eventually.HoldsAsync("the broker asks the directory again", Soon, async () => (await scene.City.Broker.OperatorAsync("directories")).Status == 0);
        await ArriveAsync(scene, scene.A, known);
        StoryScene.Must(!scene.A.Heard().Any(line => line.Contains("mode limité", StringComparison.Ordinal)), "still limited");
        await scene.A.LeaveAsync();
        await ArriveAsync(scene, scene.B, other);
        await scene.B.LeaveAsync();
        return picture;
    });

    public static readonly StoryStep FirstHangs = new("The first directory server hangs: a sign-in brings the desktop by the second, and `broker directories` names the cause", async scene =>
    {
        var person = scene.City.People["rachid.benali"];
        var first = scene.City.DirectoryServers[0];
        var before = new List<Arrival>();
        await TimeAsync(scene, person);
        for (var i = 0; i < 3; i++) before.Add(await TimeAsync(scene, person));
        var usual = new Arrival(Median(before, one => one.SignIn), Median(before, one => one.Desktop));
        Arrival hanging;
        string? said = null;
        await first.FreezeAsync();
        try
        {
            hanging = await TimeAsync(scene, person);
            await Eventually.HoldsAsync("`broker directories` names a cause", Soon, async () =>
            {
                said = (await scene.City.Broker.OperatorAsync("directories")).Output.Split('\n').FirstOrDefault(line => line.Contains(first.LdapsUri, StringComparison.Ordinal));
                return said?.Contains("UTC: ", StringComparison.Ordinal) == true;
            });
        }
        finally
        {
            first.Thaw();
        }
        await Eventually.HoldsAsync("the first server is asked again", Soon, async () => (await scene.City.Broker.OperatorAsync("directories")).Status == 0);
        scene.Figures["first_server_hangs_more_ms"] = hanging.SignIn - usual.SignIn;
        return string.Create(CultureInfo.InvariantCulture, $"signed in after {hanging.SignIn:0} ms in place of {usual.SignIn:0} ms, desktop on the screen after {hanging.Desktop:0} ms in place of {usual.Desktop:0} ms; {Aim.Note(scene.Figures, "first_server_hangs_more_ms")}; {said!.Trim()}");
    });

    /// <summary>The lines in their order.</summary>
    public static IReadOnlyList<StoryStep> Steps => [Checked, Nested, WithTown, NewPassword, Locked, Limited, FirstHangs];

    private static async Task ArriveAsync(StoryScene scene, Stations.Station station, Townsperson person)
    {
        if (station.InUse) await station.LeaveAsync();
        await station.ShowsNothingAsync(Soon);
        await scene.ArriveAsync(station, person);
    }

    private static async Task RejectedAsync(StoryScene scene, Townsperson person)
    {
        if (scene.B.InUse) await scene.B.LeaveAsync();
        await scene.SignInAsync(scene.B, person);
        await scene.B.HearsAsync(Sentences.Of(ErrorCode.SignInRejected, "fr"), Soon);
        await scene.B.EndsAsync(Soon);
    }

    // Names are digests in its keys; what it holds names the person.
    private static async Task<bool> IsKeptAsync(StoryScene scene, Townsperson person)
    {
        await foreach (var (key, value) in StoreReading.AllAsync(scene.City.Store))
            if (key.Contains($":limited:{person.Tenant}:", StringComparison.Ordinal) && value.Contains(person.Login, StringComparison.Ordinal)) return true;
        return false;
    }

    private static double Median(IEnumerable<Arrival> arrivals, Func<Arrival, double> of) => arrivals.Select(of).Order().ElementAt(arrivals.Count() / 2);

    private static async Task<Arrival> TimeAsync(StoryScene scene, Townsperson person)
    {
        if (scene.B.InUse) await scene.B.LeaveAsync();
        await scene.B.ShowsNothingAsync(Soon);
        var clock = Stopwatch.StartNew();
        await scene.ArriveAsync(scene.B, person);
        var took = clock.Elapsed.TotalMilliseconds;
        await scene.B.LeaveAsync();
        return new Arrival((scene.B.LastStep("signed-in") - scene.B.LastStep("started")).TotalMilliseconds, took);
    }

    // In milliseconds from the start of vdi-shim: to the broker's answer, by the shim's journal, and to the desktop on the screen, which varies more than the first.
    private sealed record Arrival(double SignIn, double Desktop);
}

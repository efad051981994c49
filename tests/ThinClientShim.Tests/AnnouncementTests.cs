using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>Ends that come near, and hosts that are silent: what the person reads and can do.</summary>
public sealed class AnnouncementTests : AtAStation
{
    [Fact]
    public async Task An_end_that_comes_near_is_said_with_its_hour_and_taken_back()
    {
        await Station.OnScreenAsync();
        Station.Desk.Warns(Near("Personne n'a touché ce poste depuis longtemps.", extendable: false));
        await Station.StepAsync("warning limit=Idle");
        var at = DateTime.Now.AddMinutes(5);
        string[] hours = [Hour(at), Hour(at.AddMinutes(-1))];
        Assert.Contains(hours, hour => Station.Screen.Contains($"Personne n'a touché ce poste depuis longtemps. Fin prévue à {hour}.", StringComparison.Ordinal));
        Assert.DoesNotContain("appuyez sur E", Station.Screen, StringComparison.Ordinal);
        Station.Desk.Warns(null);
        await Station.SaysAsync("L'annonce de fin est levée");
        Station.Press("e");
        await Station.SaysAsync("Cette touche ne sert à rien pour le moment.");
        Assert.Empty(Station.Desk.Extensions);
    }

    [Fact]
    public async Task The_same_warning_told_again_is_read_once()
    {
        await Station.OnScreenAsync();
        for (var n = 0; n < 3; n++) Station.Desk.Warns(Near("Le bureau ferme bientôt.", extendable: n == 2));
        await Station.SaysAsync("appuyez sur E");
        Assert.Equal(2, Station.Screen.Split("Le bureau ferme bientôt.").Length - 1);
    }

    [Fact]
    public async Task One_key_asks_for_more_time_and_the_answer_is_read()
    {
        Station.Desk.Extension = () => new ExtendReply { Text = "Votre session est prolongée.", EndsIn = Duration.FromTimeSpan(TimeSpan.FromHours(2)) };
        await Station.OnScreenAsync();
        Station.Desk.Warns(Near("Le bureau ferme bientôt.", extendable: true));
        await Station.SaysAsync("Pour prolonger, appuyez sur E.");
        Station.Press("e");
        await Station.SaysAsync("Votre session est prolongée. Fin prévue à ");
        var asked = Assert.Single(Station.Desk.Extensions);
        var open = Station.Desk.Follows.Single();
        Assert.Equal((open.SignIn, open.SessionId, open.Fence, "fr"), (asked.SignIn, asked.SessionId, asked.Fence, asked.Language));
        // The notice without a warning that follows says nothing new.
        Station.Desk.Warns(null);
        await Station.StepAsync("notice state=Active", times: 3);
        Assert.DoesNotContain("L'annonce de fin est levée", Station.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_extension_is_read_in_the_brokers_words_and_offered_no_more()
    {
        Station.Desk.Extension = () => throw ScriptedDesk.Fault(ErrorCode.ExtensionRefused, StatusCode.FailedPrecondition, Retry.Never, "La session ne peut pas être prolongée.");
        await Station.OnScreenAsync();
        Station.Desk.Warns(Near("Le bureau ferme bientôt.", extendable: true));
        await Station.SaysAsync("Pour prolonger, appuyez sur E.");
        Station.Press("e");
        await Station.SaysAsync("La session ne peut pas être prolongée.");
        Station.Press("e");
        await Station.SaysAsync("Cette touche ne sert à rien pour le moment.");
        Assert.Single(Station.Desk.Extensions);
    }

    [Fact]
    public async Task An_older_broker_that_cannot_extend_costs_nothing_but_a_sentence()
    {
        var pid = await Station.OnScreenAsync();
        Station.Desk.Warns(Near("Le bureau ferme bientôt.", extendable: true));
        await Station.SaysAsync("Pour prolonger, appuyez sur E.");
        Station.Press("e");
        await Station.SaysAsync("plus ancien que ce poste");
        Assert.True(ScriptedViewer.Runs(pid));
    }

    [Fact]
    public async Task A_silent_host_is_said_and_so_is_its_answer()
    {
        var pid = await Station.OnScreenAsync();
        Station.Desk.Becomes(SessionState.HostSilent, "Le serveur blade1 ne répond plus.");
        await Station.SaysAsync("Le serveur blade1 ne répond plus. Attendez un peu, ou appuyez sur N");
        Assert.Contains("ce qui n'est pas enregistré dans celui-ci sera perdu.", Station.Screen, StringComparison.Ordinal);
        Station.Desk.Becomes(SessionState.Active);
        await Station.SaysAsync("répond de nouveau");
        Station.Press("n");
        await Station.SaysAsync("Cette touche ne sert à rien pour le moment.");
        Assert.True(ScriptedViewer.Runs(pid));
        Assert.Single(Station.Desk.Opens);
    }

    [Fact]
    public async Task One_key_gives_a_desktop_on_a_silent_host_up_for_a_new_one()
    {
        var first = await Station.OnScreenAsync();
        Station.Desk.Becomes(SessionState.HostSilent, "Le serveur blade1 ne répond plus.");
        await Station.SaysAsync("appuyez sur N");
        Station.Desk.NextSession("Voici un nouveau bureau ; l'ancien est abandonné.");
        Station.Press("n");
        await Station.Viewer.StartedAsync(2);
        await Station.StepAsync("active", times: 2);
        Assert.Equal([false, true], Station.Desk.Opens.Select(open => open.Replace));
        Assert.True(Station.Viewer.WasTerminated(first));
        await Station.SaysAsync("l'ancien est abandonné.");
    }

    [Fact]
    public async Task Who_waits_for_a_host_that_fell_silent_gives_their_desktop_up_by_one_key()
    {
        Station.Desk.Missed = "Le serveur blade1 de votre bureau ne répond plus.";
        await Station.SignInAsync();
        await Station.SaysAsync("Le serveur blade1 de votre bureau ne répond plus. Attendez un peu, ou appuyez sur N");
        await Station.SaysAsync("ce qui n'est pas enregistré dans celui-ci sera perdu.");
        Station.Press("n");
        await Station.StepAsync("active");
        Assert.Equal([false, true], Station.Desk.Opens.Select(open => open.Replace));
        Station.Press("n");
        await Station.SaysAsync("Cette touche ne sert à rien pour le moment.");
    }

    [Fact]
    public async Task While_no_new_desktop_is_to_be_had_the_old_picture_stays()
    {
        var pid = await Station.OnScreenAsync();
        Station.Desk.Becomes(SessionState.HostSilent, "Le serveur blade1 ne répond plus.");
        await Station.SaysAsync("appuyez sur N");
        Station.Desk.OpenFaults.Enqueue(ScriptedDesk.Fault(ErrorCode.AllHostsFull, StatusCode.ResourceExhausted, Retry.Later, "Toutes les places sont prises."));
        Station.Press("n");
        await Station.SaysAsync("Toutes les places sont prises. Votre bureau actuel reste à l'écran");
        Assert.True(ScriptedViewer.Runs(pid));
        // The key still works.
        Station.Desk.NextSession("Voici un nouveau bureau.");
        Station.Press("n");
        await Station.StepAsync("active", times: 2);
        Assert.True(Station.Viewer.WasTerminated(pid));
    }

    [Fact]
    public async Task A_forgotten_desktop_is_opened_again_and_its_picture_stays_until_then()
    {
        var first = await Station.OnScreenAsync();
        Station.Desk.OpenFaults.Enqueue(ScriptedDesk.Fault(ErrorCode.AllHostsDown, StatusCode.Unavailable, Retry.Later, "Les serveurs de bureaux ne répondent pas."));
        Station.Desk.Becomes(SessionState.Forgotten, "Le service des bureaux a perdu la mémoire.");
        await Station.SaysAsync("Les serveurs de bureaux ne répondent pas. Votre bureau actuel reste à l'écran");
        Assert.True(ScriptedViewer.Runs(first));
        await Station.StepAsync("active", times: 2);
        await Station.Viewer.StartedAsync(2);
        Assert.Contains("Le service des bureaux a perdu la mémoire.", Station.Screen, StringComparison.Ordinal);
        Assert.True(Station.Viewer.WasTerminated(first));
        Assert.Equal(3, Station.Desk.Opens.Count);
        Assert.Single(Station.Desk.SignIns);
    }

    [Fact]
    public async Task Who_is_forgotten_with_the_sign_in_keeps_the_picture_until_they_leave()
    {
        var pid = await Station.OnScreenAsync();
        Station.Desk.OpenFaults.Enqueue(ScriptedDesk.Fault(ErrorCode.SignInEnded, StatusCode.Unauthenticated, Retry.SignIn, "Votre connexion à ce poste est terminée."));
        Station.Desk.Becomes(SessionState.Forgotten, "Le service des bureaux a perdu la mémoire.");
        await Station.SaysAsync("Votre connexion à ce poste est terminée. Votre bureau actuel reste à l'écran");
        Assert.True(ScriptedViewer.Runs(pid));
        Station.Press("l");
        Assert.Equal(0, await Station.ExitAsync());
        Assert.True(Station.Viewer.WasTerminated(pid));
    }

    [Fact]
    public async Task A_picture_that_has_gone_by_itself_is_not_told_to_stay()
    {
        var first = await Station.OnScreenAsync();
        Station.Desk.Places = [new() { Place = 3, Of = 5, Text = "Vous êtes 3e sur 5." }];
        Station.Desk.OpenFaults.Enqueue(ScriptedDesk.Fault(ErrorCode.AllHostsDown, StatusCode.Unavailable, Retry.Later, "Les serveurs de bureaux ne répondent pas."));
        Station.Desk.Becomes(SessionState.Forgotten, "Le service des bureaux a perdu la mémoire.");
        await Station.SaysAsync("Vous êtes 3e sur 5.");
        Station.Viewer.Ends(first);
        await Station.StepAsync("freerdp-ended");
        Station.Desk.Served.SetResult();
        // As after any end of a picture.
        await Station.StepAsync("reconnect n=1 why=forgotten");
        await Station.StepAsync("active", times: 2);
        Assert.DoesNotContain("reste à l'écran", Station.Screen, StringComparison.Ordinal);
    }

    private static LimitWarning Near(string text, bool extendable) =>
        new() { Limit = Limit.Idle, EndsIn = Duration.FromTimeSpan(TimeSpan.FromMinutes(5)), Extendable = extendable, Text = text };

    private static string Hour(DateTime time) => time.ToString("HH:mm", CultureInfo.InvariantCulture);
}

using VdiBroker.City.Callers;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.City.Story;

/// <summary>Tickets in the wrong hands. The thief has a ticket and even a host's certificate; the owner only signs in again.</summary>
public static class TicketChapter
{
    /// <summary>Takes a ticket early that is presented when its time is over.</summary>
    public static readonly StoryStep Forget = new("Someone is given a ticket and does not use it", async scene =>
    {
        var person = Late(scene);
        scene.Forgotten = (await scene.TakeAsync(person), DateTime.UtcNow);
        var desktop = scene.Forgotten.Value.Desktop.Desktop;
        StoryScene.Must(desktop.TicketValid.ToTimeSpan() <= TimeSpan.FromSeconds(60), $"valid for {desktop.TicketValid}");
        StoryScene.Must(desktop.Ticket.Length == 43, $"{desktop.Ticket.Length} characters");
        return $"valid for {desktop.TicketValid.Seconds} s";
    });

    public static readonly StoryStep UsedTwice = new("A ticket used twice is refused and recorded", scene => BothWaysAsync(scene, async held =>
    {
        StoryScene.Must(await scene.City.Blade(held.Desktop.Host).RedeemAsync(Owner(scene).Login, held.Desktop.Ticket), "the first use was refused");
        return new TicketRefusal(Redemption.Used, held.Desktop.Host, Owner(scene).Login, held.Desktop.SessionId);
    }));

    public static readonly StoryStep OtherHost = new("A ticket on another host is refused and recorded", scene => BothWaysAsync(scene, held =>
        Task.FromResult(new TicketRefusal(Redemption.OtherHost, scene.City.Blades.First(blade => blade.Plan.Name != held.Desktop.Host).Plan.Name, Owner(scene).Login, held.Desktop.SessionId))));

    public static readonly StoryStep OtherUser = new("A ticket for another user is refused and recorded", scene => BothWaysAsync(scene, held =>
        Task.FromResult(new TicketRefusal(Redemption.OtherUser, held.Desktop.Host, scene.City.People["rachid.benali"].Login, held.Desktop.SessionId))));

    public static readonly StoryStep TooLate = new("A ticket after its time is refused and recorded", async scene =>
    {
        var (held, taken) = scene.Forgotten ?? throw new StoryException("nobody has a forgotten ticket");
        var left = taken + held.Desktop.TicketValid.ToTimeSpan() + TimeSpan.FromSeconds(1) - DateTime.UtcNow;
        if (left > TimeSpan.Zero) await Task.Delay(left);
        return await RefusedAsync(scene, new TicketRefusal(Redemption.Expired, held.Desktop.Host, Late(scene).Login, held.Desktop.SessionId), held.Desktop.Ticket, ByProtocolAsync);
    });

    public static readonly StoryStep OwnerIsIn = new("The rightful owners are not locked out", async scene =>
    {
        foreach (var owner in (Townsperson[])[Owner(scene), Late(scene)])
        {
            if (scene.B.InUse) await scene.B.LeaveAsync();
            await scene.ArriveAsync(scene.B, owner);
        }
        var picture = await scene.PictureAsync(scene.B, "owner-is-in");
        await scene.B.LeaveAsync();
        return picture;
    });

    /// <summary>The lines in their order, without <see cref="Forget"/>, which comes early so that nobody waits.</summary>
    public static IReadOnlyList<StoryStep> Steps => [UsedTwice, OtherHost, OtherUser, TooLate, OwnerIsIn];

    private static Townsperson Owner(StoryScene scene) => scene.City.People["olivier.geraud"];

    private static Townsperson Late(StoryScene scene) => scene.City.People["nadege.ouedraogo"];

    // By a stolen host's certificate, which hears the reason; and by the agent of a real host, as PAM asks it, which only says yes or no. Each way
    // with a ticket of its own: the first refusal spends it.
    private static async Task<string> BothWaysAsync(StoryScene scene, Func<HeldDesktop, Task<TicketRefusal>> prepare)
    {
        var notes = new List<string>();
        foreach (var way in (Way[])[ByProtocolAsync, ByAgentAsync])
        {
            var held = await scene.TakeAsync(Owner(scene));
            notes.Add(await RefusedAsync(scene, await prepare(held), held.Desktop.Ticket, way));
        }
        return string.Join("; ", notes);
    }

    private static async Task<string> ByProtocolAsync(StoryScene scene, TicketRefusal expected, string ticket)
    {
        using var caller = await HostCaller.ConnectAsync(scene.City, expected.Host);
        var answer = await caller.RedeemAsync(expected.User, ticket);
        StoryScene.Must(answer == expected.Verdict, $"the broker answered {answer} in place of {expected.Verdict}");
        return $"to the protocol {answer}";
    }

    private static async Task<string> ByAgentAsync(StoryScene scene, TicketRefusal expected, string ticket)
    {
        StoryScene.Must(!await scene.City.Blade(expected.Host).RedeemAsync(expected.User, ticket), $"the agent of {expected.Host} granted it");
        return "to the agent no";
    }

    // Recorded: exactly this refusal, once, in the farm's stream of events, and in the broker's log.
    private static async Task<string> RefusedAsync(StoryScene scene, TicketRefusal expected, string ticket, Way way)
    {
        var before = (await TicketRecords.InStreamAsync(scene.City)).Count;
        var logged = TicketRecords.InLog(scene.City, expected);
        var answer = await way(scene, expected, ticket);
        IReadOnlyList<TicketRefusal> recorded = [];
        await Eventually.HoldsAsync("the refusal is in the stream of events", TimeSpan.FromSeconds(10), async () =>
            (recorded = [.. (await TicketRecords.InStreamAsync(scene.City)).Skip(before)]).Count > 0);
        StoryScene.Must(recorded is [var only] && only == expected, $"{expected} was to be recorded; recorded: {string.Join(", ", recorded)}");
        await Eventually.HoldsAsync($"{expected} is in the broker's log", TimeSpan.FromSeconds(10), () => TicketRecords.InLog(scene.City, expected) == logged + 1);
        return $"{answer}, on record as {expected.Verdict} on {expected.Host} for {expected.User}";
    }

    private delegate Task<string> Way(StoryScene scene, TicketRefusal expected, string ticket);
}

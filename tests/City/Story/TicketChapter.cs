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
        scene.Forgotten = (await TakeAsync(scene, person), DateTime.UtcNow);
        var desktop = scene.Forgotten.Value.Desktop.Desktop;
        StoryScene.Must(desktop.TicketValid.ToTimeSpan() <= TimeSpan.FromSeconds(60), $"valid for {desktop.TicketValid}");
        StoryScene.Must(desktop.Ticket.Length == 43, $"{desktop.Ticket.Length} characters");
        return $"valid for {desktop.TicketValid.Seconds} s";
    });

    public static readonly StoryStep UsedTwice = new("A ticket used twice is refused and recorded", async scene =>
    {
        var (person, held) = await OwnAsync(scene);
        var blade = scene.City.Blade(held.Desktop.Host);
        StoryScene.Must(await blade.RedeemAsync(person.Login, held.Desktop.Ticket), "the first use was refused");
        return await RefusedAsync(scene, async () =>
        {
            StoryScene.Must(!await blade.RedeemAsync(person.Login, held.Desktop.Ticket), "the second use was granted");
            return await PresentAsync(scene, held.Desktop.Host, person.Login, held.Desktop.Ticket);
        });
    });

    public static readonly StoryStep OtherHost = new("A ticket on another host is refused and recorded", async scene =>
    {
        var (person, held) = await OwnAsync(scene);
        var other = scene.City.Blades.First(blade => blade.Plan.Name != held.Desktop.Host);
        return await RefusedAsync(scene, async () =>
        {
            var answer = await PresentAsync(scene, other.Plan.Name, person.Login, held.Desktop.Ticket);
            StoryScene.Must(!await other.RedeemAsync(person.Login, held.Desktop.Ticket), "the other host's agent granted it");
            return answer;
        });
    });

    public static readonly StoryStep OtherUser = new("A ticket for another user is refused and recorded", async scene =>
    {
        var (_, held) = await OwnAsync(scene);
        var thief = scene.City.People["rachid.benali"].Login;
        return await RefusedAsync(scene, async () =>
        {
            var answer = await PresentAsync(scene, held.Desktop.Host, thief, held.Desktop.Ticket);
            StoryScene.Must(!await scene.City.Blade(held.Desktop.Host).RedeemAsync(thief, held.Desktop.Ticket), "the agent granted it");
            return answer;
        });
    });

    public static readonly StoryStep TooLate = new("A ticket after its time is refused and recorded", async scene =>
    {
        var (held, taken) = scene.Forgotten ?? throw new StoryException("nobody has a forgotten ticket");
        var left = taken + held.Desktop.TicketValid.ToTimeSpan() + TimeSpan.FromSeconds(1) - DateTime.UtcNow;
        if (left > TimeSpan.Zero) await Task.Delay(left);
        return await RefusedAsync(scene, () => PresentAsync(scene, held.Desktop.Host, Late(scene).Login, held.Desktop.Ticket));
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

    private static async Task<(Townsperson Person, HeldDesktop Held)> OwnAsync(StoryScene scene) => (Owner(scene), await TakeAsync(scene, Owner(scene)));

    private static async Task<HeldDesktop> TakeAsync(StoryScene scene, Townsperson person)
    {
        scene.Watch(person);
        var held = await scene.Caller.TakeDesktopAsync(person);
        scene.Reader.Watch($"ticket of {person.Login}, fence {held.Desktop.Fence}", held.Desktop.Ticket);
        scene.Reader.Watch($"sign-in of {person.Login}, fence {held.Desktop.Fence}", held.SignIn);
        return held;
    }

    private static async Task<string> PresentAsync(StoryScene scene, string host, string user, string ticket)
    {
        using var caller = await HostCaller.ConnectAsync(scene.City, host);
        var answer = await caller.RedeemAsync(user, ticket);
        StoryScene.Must(answer is not Redemption.Granted and not Redemption.Unspecified, $"the broker answered {answer}");
        return answer.ToString();
    }

    // Recorded: the broker's log or the city's event stream has grown by a word about the refusal.
    private static async Task<string> RefusedAsync(StoryScene scene, Func<Task<string>> steal)
    {
        var before = await TicketRecords.CountAsync(scene.City);
        var answer = await steal();
        var recorded = before;
        await Eventually.HoldsAsync("the refusal is recorded", TimeSpan.FromSeconds(10), async () => (recorded = await TicketRecords.CountAsync(scene.City)) > before);
        return $"{answer}; {recorded - before} more on record";
    }
}

using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Rpc;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>A station that asks without end, with no password that is right or with one.</summary>
[Collection(StationsTownCollection.Name)]
public sealed class PaceEdgeTests(Town town)
{
    // More than any of them may in the time that it takes.
    private const int Most = 200;

    [Fact]
    public async Task A_station_that_is_refused_without_end_is_told_to_come_back_and_leaves_no_more_records()
    {
        using var greedy = await StationPeer.ConnectAsync(town, town.First, "poste-9");
        using var honest = await StationPeer.ConnectAsync(town, town.First, "poste-8");
        var stolen = new string('x', 43);
        var (codes, reference) = (new List<ErrorCode>(), "");
        ErrorDetail last;
        do
        {
            last = await Peers.RefusalAsync(() => greedy.OpenAsync(stolen));
            codes.Add(last.Code);
            if (last.Code == ErrorCode.SignInEnded) reference = last.Reference;
        }
        while (last.Code == ErrorCode.SignInEnded && codes.Count < Most);
        Assert.Equal(ErrorCode.ComeBack, last.Code);
        Assert.InRange(last.RetryAfter.ToTimeSpan(), TimeSpan.Zero, StationPace.RefusalEach);
        Assert.InRange(codes.Count - 1, StationPace.RefusalsAtOnce, Most - 1);
        // Whatever it wants: it is allowed one refusal each half second, so it is refused once more first where the machine was slow.
        await Eventually.HoldsAsync("a sign-in is sent away too", Peers.Patience, async () =>
        {
            await Peers.RefusalAsync(() => greedy.OpenAsync(stolen));
            return (await Peers.RefusalAsync(async () => await greedy.Calls.SignInAsync(new SignInRequest { Login = "nobody-there", Password = "x" }))).Code == ErrorCode.ComeBack;
        });
        Assert.Equal(ErrorCode.SignInEnded, (await Peers.RefusalAsync(() => honest.OpenAsync(stolen))).Code);
        await Eventually.HoldsAsync("the log says it", Peers.Patience, () => town.First.Log().Contains("station poste-9 is refused, begins visits, ", StringComparison.Ordinal));

        // As soon as it asks like a person it is answered like one.
        await Eventually.HoldsAsync("it may ask again", Peers.Patience, async () => (await Peers.RefusalAsync(() => greedy.OpenAsync(stolen))).Code == ErrorCode.SignInEnded);
        // The record is there, by its own name and no other key.
        await Eventually.HoldsAsync("the last refusal's record is there", Peers.Patience, async () => (await KeysAsync($"*:record:{reference}")).Length == 1);
        Assert.Empty(await KeysAsync($"*:records:reference:{reference}"));
    }

    [Fact]
    public async Task A_public_station_begins_as_many_visits_as_people_could()
    {
        using var greedy = await StationPeer.ConnectAsync(town, town.First, "poste-visite-9");
        using var honest = await StationPeer.ConnectAsync(town, town.First, "poste-visite-8");
        for (var n = 0; n < StationPace.VisitsAtOnce; n++) await BeginAsync(greedy);
        // What has come again meanwhile.
        var refusal = await Peers.RefusalAsync(async () =>
        {
            for (var n = 0; n < Most; n++) await BeginAsync(greedy);
        });
        Assert.Equal(ErrorCode.ComeBack, refusal.Code);
        Assert.InRange(refusal.RetryAfter.ToTimeSpan(), TimeSpan.Zero, StationPace.VisitEach);
        await BeginAsync(honest);
    }

    [Fact]
    public async Task One_valid_password_does_not_fill_the_farm_s_stream_and_a_crowd_at_the_same_station_is_served()
    {
        const string login = "aicha.traore";
        using var greedy = await StationPeer.ConnectAsync(town, town.First, "poste-boucle-9");
        using var honest = await StationPeer.ConnectAsync(town, town.First, "poste-boucle-8");
        var begun = 0;
        var refusal = await Peers.RefusalAsync(async () =>
        {
            for (; begun < Most; begun++) await greedy.SignInAsync(town, login);
        });
        Assert.Equal(ErrorCode.ComeBack, refusal.Code);
        Assert.InRange(refusal.RetryAfter.ToTimeSpan(), TimeSpan.Zero, StationPace.OfPersonEach);
        Assert.InRange(begun, StationPace.OfPersonAtOnce, Most - 1);
        // Neither another at that station nor she elsewhere.
        Assert.NotEmpty((await greedy.SignInAsync(town, "mamadou.diallo")).SignIn);
        Assert.NotEmpty((await honest.SignInAsync(town, login)).SignIn);
        // As soon as she comes like a person she is let in like one.
        await Eventually.HoldsAsync("she may sign in again", Peers.Patience, async () => (await greedy.SignInAsync(town, login)).SignIn.Length > 0);
    }

    [Fact]
    public async Task A_desktop_that_is_opened_without_end_is_given_as_often_as_a_person_could_want_it()
    {
        await using var agent = await AgentPeer.AttachAsync(town, town.First, "blade3");
        var login = town.Only("le-bourget", "agents");
        using var greedy = await StationPeer.ConnectAsync(town, town.First, "poste-boucle-7");
        using var honest = await StationPeer.ConnectAsync(town, town.First, "poste-boucle-6");
        var signIn = (await greedy.SignInAsync(town, login)).SignIn;
        var opened = 0;
        var refusal = await Peers.RefusalAsync(async () =>
        {
            for (; opened < Most; opened++) await greedy.OpenAsync(signIn);
        });
        Assert.Equal(ErrorCode.ComeBack, refusal.Code);
        Assert.InRange(refusal.RetryAfter.ToTimeSpan(), TimeSpan.Zero, StationPace.OfPersonEach);
        Assert.InRange(opened, StationPace.OfPersonAtOnce, Most - 1);
        var elsewhere = (await honest.SignInAsync(town, login)).SignIn;
        await honest.CloseAsync(elsewhere, await honest.OpenAsync(elsewhere), Closing.SignOut);
    }

    private static async Task BeginAsync(StationPeer station) => await station.Calls.BeginVisitAsync(new BeginVisitRequest { Language = "fr" }, deadline: DateTime.UtcNow + Peers.Patience);

    private async Task<string[]> KeysAsync(string pattern)
    {
        var (address, port) = (town.Redis.Split(':')[0], town.Redis.Split(':')[1]);
        return (await Tool.OutputAsync("redis-cli", ["-h", address, "-p", port, "--scan", "--pattern", pattern])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Rpc;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>
/// Two towns, each with a real slapd, and somebody of one who bears the name of somebody of the other. So many want the first one's directory that it has no place left.
/// </summary>
public sealed class CrowdedDirectoryTests : IAsyncLifetime
{
    private const string OfficePassword = "le-mot-de-passe-du-bureau";
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(300);
    private readonly HandClock _clock = new(DateTimeOffset.UnixEpoch);
    private readonly List<AdmissionGate.Admitted> _inside = [];
    private readonly Queue<Task<Entry>> _line = [];
    private TestDirectory _town = null!;
    private TestDirectory _office = null!;
    private SignIns _signIns = null!;

    private DirectoryGate Gate => _signIns.Get<DirectorySet>().Directories.Single(directory => directory.Id == "town").Gate!;

    private Townsperson Amelie => _town.Amelie;

    private string Namesake => $"uid={Amelie.Login},{_office.People.PeopleOf("habitat")}";

    public async Task InitializeAsync()
    {
        _town = await TestDirectory.StartAsync(Townspeople.Make(tenants: ["drancy"]), "127.0.0.42");
        _office = await TestDirectory.StartAsync(Townspeople.Make(suffix: "dc=office,dc=test", tenants: ["habitat"]), "127.0.0.43");
        await _office.ChangeAsync($"dn: {Namesake}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: {Amelie.Login}\ncn: Amelie\nsn: Durand\nuserPassword: {OfficePassword}\n");
        _signIns = Checks();
        // The processors are behind: there are few places.
        for (var i = 0; i < 20; i++) _signIns.Get<Gates>().Look(TimeSpan.FromSeconds(1));
    }

    public async Task DisposeAsync()
    {
        _signIns.Dispose();
        await _office.DisposeAsync();
        await _town.DisposeAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("drancy")]
    public async Task Whose_directory_is_only_crowded_is_told_to_come_back_and_no_password_goes_elsewhere(string? station)
    {
        Crowd(line: 20);
        var answer = _signIns.RunAsync(Amelie.Login, Amelie.Password, station);
        await GoOnUntilAsync(answer);
        Assert.IsType<Authentication.Crowded>(await answer);
        Assert.Empty(_office.LogLines($"BIND dn=\"{Namesake}\""));
        Assert.Empty(_town.LogLines($"BIND dn=\"{Amelie.Dn}\""));
    }

    [Fact]
    public async Task Who_comes_to_their_turn_is_asked_about_everywhere()
    {
        Crowd(line: 0);
        var answer = _signIns.RunAsync(Amelie.Login, Amelie.Password, "drancy");
        await Eventually.HoldsAsync("the person waits", _soon, () => Gate.Waiting == 1);
        _inside[0].Dispose();
        Assert.Equal("drancy", Assert.IsType<Authentication.Authenticated>(await answer).Person.Tenant.Value);

        // At nobody's station it cannot be told which of the two is meant, as ever.
        while (Gate.TryEnter() is not null) { }
        answer = _signIns.RunAsync(Amelie.Login, OfficePassword);
        await Eventually.HoldsAsync("the person waits", _soon, () => Gate.Waiting == 1);
        _inside[1].Dispose();
        Assert.Equal(new Authentication.Rejected(), await answer);
        Assert.Empty(_office.LogLines($"BIND dn=\"{Namesake}\""));
    }

    [Fact]
    public async Task Whoever_is_of_the_other_town_alone_gets_in_when_there_is_a_place_for_the_question()
    {
        var person = _office.People.Everybody[0];
        Crowd(line: 0);
        var answer = _signIns.RunAsync(person);
        await Eventually.HoldsAsync("the person waits", _soon, () => Gate.Waiting == 1);
        _inside[0].Dispose();
        Assert.IsType<Authentication.Authenticated>(await answer);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("drancy")]
    public async Task One_that_hangs_is_passed_over_as_one_that_is_down(string? station)
    {
        Crowd(line: 0);
        _clock.Turn(DirectoryShare.LateAfter + _step);
        var answer = _signIns.RunAsync(Amelie.Login, OfficePassword, station);
        // At a station of its own town, its turn is waited for first.
        await Eventually.HoldsAsync("the person waits or is told", _soon, () => answer.IsCompleted || Gate.Waiting == 1);
        _clock.Turn(TimeSpan.FromSeconds(1));
        Assert.Equal("habitat", Assert.IsType<Authentication.Authenticated>(await answer).Person.Tenant.Value);
        Assert.NotEmpty(_office.LogLines($"BIND dn=\"{Namesake}\""));
    }

    [Fact]
    public async Task A_look_up_of_somebody_who_waits_for_it_takes_a_place_and_gives_back_what_others_wait_for()
    {
        var (lookUp, told) = (_signIns.Get<LookUpPerson>(), 0);
        using (var places = new DirectoryPlaces(() => told++, _clock)) Assert.IsType<Lookup.Found>(await lookUp.RunAsync(new TenantId("drancy"), Amelie.Login, places, default));
        Assert.Equal(0, told);

        Crowd(line: 0);
        using (var places = new DirectoryPlaces(() => told++, _clock))
        {
            var answer = lookUp.RunAsync(new TenantId("drancy"), Amelie.Login, places, default);
            await Eventually.HoldsAsync("the person waits", _soon, () => Gate.Waiting == 1);
            Assert.Equal(1, told);
            _inside[0].Dispose();
            Assert.IsType<Lookup.Found>(await answer);
        }
        Assert.NotNull(Gate.TryEnter());
        using (var places = new DirectoryPlaces(() => told++, _clock))
        {
            var answer = lookUp.RunAsync(new TenantId("drancy"), Amelie.Login, places, default);
            await Eventually.HoldsAsync("the person waits", _soon, () => Gate.Waiting == 1);
            _clock.Turn(TimeSpan.FromSeconds(1));
            // It is known by now that it hangs.
            Assert.IsType<Lookup.OutOfReach>(await answer);
        }
    }

    private SignIns Checks() => new([_town.Options("town"), _office.Options("office")], [.. _town.Branches("town"), .. _office.Branches("office")], _clock);

    // All its places are taken, and in line are as many as are served in so many steps.
    private void Crowd(int line)
    {
        while (Gate.TryEnter() is { } place) _inside.Add(place);
        Assert.InRange(_inside.Count, 28, 31);
        for (var i = 0; i < line * _inside.Count; i++) _line.Enqueue(Gate.EnterAsync(TimeSpan.FromHours(1), near: false, default).AsTask());
    }

    // It answers well: whoever is inside makes room for the next in line, step by step.
    private async Task GoOnUntilAsync(Task done)
    {
        while (true)
        {
            await Eventually.HoldsAsync("the person waits or is told", _soon, () => done.IsCompleted || Gate.Waiting == _line.Count + 1);
            if (done.IsCompleted) return;
            var served = _inside.ToArray();
            _inside.Clear();
            foreach (var one in served) one.Dispose();
            for (var i = 0; i < served.Length; i++) _inside.Add((await _line.Dequeue().WaitAsync(_soon)).Place!);
            _clock.Turn(_step);
        }
    }
}

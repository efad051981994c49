using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>One run of tries on the scripts and, beside them, on the pure rule.</summary>
internal sealed partial class LockoutRun
{
    private static long _farms;
    private readonly RedisStore _redis;
    private readonly LockoutPolicy _policy;
    private readonly Dictionary<TrySubject, TryLedger> _here = [];
    private readonly Dictionary<string, TryLedger> _stations = [];
    private readonly Dictionary<string, TryLedger> _everywhere = [];
    private readonly List<TryBegun> _open = [];

    public LockoutRun(RedisStore redis, LockoutPolicy policy)
    {
        (_redis, _policy) = (redis, policy);
        Keys = new KeySpace($"lockout{Interlocked.Increment(ref _farms)}");
        Store = new LockoutStore(redis, Keys, policy, new LockoutLog(NullLogger<LockoutLog>.Instance));
        // Whole milliseconds, and late enough that no key of this run ends meanwhile.
        Now = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    public KeySpace Keys { get; }

    public LockoutStore Store { get; }

    public DateTimeOffset Now { get; set; }

    public async Task BeginAsync(string login, string station)
    {
        var begun = await Store.BeginAsync(login, new StationId(station), now: Now);
        var state = Model(begun.Who);
        Assert.Equal(Lockout.Decide(state, _policy, Now), begun.Decision);
        if (begun.Decision is LockoutDecision.Go)
        {
            _open.Add(begun);
            Keep(begun.Who, Lockout.Begin(state, begun.Id, begun.Who, _policy, Now));
        }
        await AgreesAsync(begun.Who);
    }

    public async Task LookAsync(string login, string station)
    {
        var looked = await Store.LookAsync(login, new StationId(station), Now);
        var decided = Lockout.Decide(Model(looked.Who), _policy, Now);
        Assert.Equal(decided is LockoutDecision.StationPaused ? decided : new LockoutDecision.Go(), looked.Decision);
        await AgreesAsync(looked.Who);
    }

    public async Task SettleAsync(int index, TryEnd end)
    {
        if (_open.Count == 0) return;
        var begun = _open[index % _open.Count];
        _open.Remove(begun);
        await Store.SettleAsync(begun, end, null, Now);
        var state = Model(begun.Who);
        if (end == TryEnd.Passed) Keep(begun.Who, Lockout.Pass(state, begun.Who, _policy, Now));
        if (end == TryEnd.Unknown) Keep(begun.Who, Lockout.LeaveToStation(state, begun.Id, _policy, Now));
        if (end == TryEnd.Unanswered) Keep(begun.Who, Lockout.TakeBack(state, begun.Id, _policy, Now));
        await AgreesAsync(begun.Who);
    }

    [GeneratedRegex("([^ ;]+) ([0-9]+) ([^;]*);")]
    private static partial Regex Row();

    private async Task AgreesAsync(TrySubject who)
    {
        var station = new StationId(who.Station);
        var stored = new LockoutState(await ReadAsync(Keys.Tries(who.Person, station)), await ReadAsync(Keys.TriesAt(station)), await ReadAsync(Keys.TriesOf(who.Person)));
        Assert.Equal(Text(Lockout.Current(Model(who), _policy, Now)), Text(Lockout.Current(stored, _policy, Now)));
    }

    private async Task<TryLedger> ReadAsync(StackExchange.Redis.RedisKey key)
    {
        var fields = (await _redis.RunAsync("look", db => db.HashGetAllAsync(key))).ToDictionary(f => f.Name.ToString(), f => f.Value.ToString());
        if (fields.Count == 0) return TryLedger.Empty;
        Assert.True(await _redis.RunAsync("look", db => db.KeyTimeToLiveAsync(key)) > TimeSpan.Zero, "a ledger must end by itself");
        var calm = long.Parse(fields["calm"], CultureInfo.InvariantCulture);
        return new TryLedger(
            [.. Row().Matches(fields["tries"]).Select(m => new CountedTry(m.Groups[1].Value, DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture)), m.Groups[3].Value))],
            int.Parse(fields["step"], CultureInfo.InvariantCulture), calm == 0 ? DateTimeOffset.MinValue : DateTimeOffset.FromUnixTimeMilliseconds(calm));
    }

    private static string Text(LockoutState state) => string.Join(" | ", ((TryLedger[])[state.Here, state.Station, state.Everywhere]).Select(ledger => $"{string.Join(", ", ledger.Tries)} {ledger.Step} {ledger.CalmAt}"));

    private LockoutState Model(TrySubject who) =>
        new(_here.GetValueOrDefault(who, TryLedger.Empty), _stations.GetValueOrDefault(who.Station, TryLedger.Empty), _everywhere.GetValueOrDefault(who.Person, TryLedger.Empty));

    private void Keep(TrySubject who, LockoutState state) => (_here[who], _stations[who.Station], _everywhere[who.Person]) = (state.Here, state.Station, state.Everywhere);
}

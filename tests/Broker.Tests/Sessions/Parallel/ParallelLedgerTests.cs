using System.Collections.Immutable;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Storage;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.Broker.Tests.Sessions.Parallel;

/// <summary>
/// The scripts called by several clients at once: whatever they were answered must be what some order of the calls, one after the other, would have answered
/// in the C# model. Each kind of broken script must be found out.
/// </summary>
[Collection(RedisCollection.Name)]
public sealed class ParallelLedgerTests(RedisFixture redis, ITestOutputHelper output) : IAsyncLifetime
{
    private const int Clients = 4;
    private ImmutableArray<RedisStore> _stores = [];

    public async Task InitializeAsync()
    {
        _stores = [.. await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => RedisStore.ConnectAsync(new RedisOptions { Endpoints = [redis.Endpoint] })))];
        foreach (var store in _stores) store.Runs = Counting;
    }

    public async Task DisposeAsync()
    {
        foreach (var store in _stores) await store.DisposeAsync();
    }

    [Fact]
    public async Task Whatever_clients_do_at_once_some_order_of_it_explains_every_answer()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var overlapping = 0;
        for (var round = 0; round < 400; round++)
        {
            var (calls, start) = await SeatRun.RunAsync(_stores, seed + round, new SeatManners());
            overlapping += calls.Zip(calls.Skip(1)).Count(pair => pair.Second.Begin < pair.First.End);
            Assert.True(Linearization.Of(calls, start) is not null, $"seed {seed + round}: no order explains\n{string.Join('\n', calls)}");
        }
        output.WriteLine($"{overlapping} calls began before the one before had ended");
        Assert.True(overlapping > 400, "clients must be at work at once, or nothing is shown");
    }

    [Theory]
    [InlineData("claim_seat", "held < tonumber(ARGV[at + 2])", "held < 99", "claim without the seat check")]
    [InlineData("claim_seat", "(redis.call('HGET', KEYS[3], pool) or '') ~= given_up", "false", "claim although the person has a desktop")]
    [InlineData("claim_seat", "redis.call('HEXISTS', KEYS[2], 'closed') == 1", "false", "claim by a sign-in that is over")]
    [InlineData("claim_seat", "use_pool(uses, sid, tenant)", "use_pool(uses, sid, tenant) use_pool(uses, sid .. '+', tenant)", "use counted twice")]
    [InlineData("resume_session", "tonumber(s[2]) > tonumber(ARGV[5]) or tonumber(redis.call('HGET', KEYS[7], ARGV[3]) or 0) > tonumber(ARGV[5])", "false", "move back to an older sign-in")]
    [InlineData("resume_session", "s[1] ~= 'opening' and s[1] ~= 'active' and s[1] ~= 'disconnected'", "false", "move of what is ending")]
    [InlineData("redeem_ticket", "s[1] ~= ARGV[6] or (", "false or (", "no fence: an older ticket lets in")]
    [InlineData("redeem_ticket", "'spent', 1, ", "", "a ticket used twice")]
    [InlineData("close_sign_in", "s[6] == serial or", "true or", "sign-out by whoever held it once")]
    [InlineData("correct_session", "s[7] ~= ARGV[3] or ", "", "a correction that is too late")]
    [InlineData("correct_session", "not string.find(ARGV[8], s[6], 1, true)", "false", "what is ending comes back")]
    [InlineData("expire_claim", "now < tonumber(s[4])", "false", "no lease check")]
    [InlineData("expire_claim", " or s[2] ~= ARGV[3]", "", "no fence: the expiry of a claim that has moved")]
    [InlineData("expire_claim", "s[1] ~= 'opening' or", "", "expire twice")]
    [InlineData("expire_claim", "s[3] == s[2] and not absent", "false", "expire what a host confirmed")]
    public async Task A_broken_script_is_found_out(string script, string right, string wrong, string fault)
    {
        Break(script, right, wrong);
        var round = await FirstUnexplainedAsync(new SeatManners());
        Assert.True(round is not null, $"{fault}: not found in 2,000 rounds");
        output.WriteLine($"{fault}: found in round {round}");
    }

    [Fact]
    public async Task A_claim_that_looks_in_one_step_and_takes_in_another_is_found_out()
    {
        // As a program without scripts does it: right for one client, wrong for several.
        Break("claim_seat", "held < tonumber(ARGV[at + 2])", "true");
        Assert.NotNull(await FirstUnexplainedAsync(new SeatManners { LooksFirst = true }));
    }

    private void Break(string broken, string right, string wrong)
    {
        foreach (var store in _stores)
        {
            store.Runs = script =>
            {
                var asked = Counting(script);
                if (asked.Name != broken) return asked;
                Assert.Contains(right, asked.Text, StringComparison.Ordinal);
                return asked.Reading(asked.Text.Replace(right, wrong, StringComparison.Ordinal));
            };
        }
    }

    // Without the clock a revision counts the changes of its row, and the model knows it: one change too few or too many is found out.
    private static Script Counting(Script asked) => asked.Reading(asked.Text.Replace("tonumber(before or 0) + 1, micros)", "tonumber(before or 0) + 1, 0)", StringComparison.Ordinal));

    private async Task<int?> FirstUnexplainedAsync(SeatManners manners)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        for (var round = 0; round < 2000; round++)
        {
            var (calls, start) = await SeatRun.RunAsync(_stores, seed + round, manners);
            if (Linearization.Of(calls, start) is null) return round + 1;
        }
        return null;
    }
}

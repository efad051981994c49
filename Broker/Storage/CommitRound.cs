using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>
/// Some scripts and the WAIT behind them, sent together. WAIT says how many replicas have what its own connection wrote before: on another connection it would say anything.
/// So the connection gets a name of this round's first and tells it last: a connection that broke meanwhile, or another server, does not know it.
/// </summary>
/// <param name="master">Knows who is the master.</param>
/// <param name="line">To the master, as far as we know.</param>
/// <param name="wanted">How many replicas must have it.</param>
/// <param name="regime">Whether it may have been replaced; one for each line.</param>
/// <param name="log">Told when there are fewer.</param>
internal sealed class CommitRound(MasterFollower master, RedisLine line, int wanted, Regime regime, StoreLog log)
{
    // Any replica that is attached may be the next master, so all are waited for; after this time those that must have it are enough.
    private static readonly TimeSpan _all = TimeSpan.FromMilliseconds(300);

    // Then so long for those. With one round under way and one's own behind it, still less than a call may take.
    private static readonly TimeSpan _enough = TimeSpan.FromMilliseconds(400);
    private readonly IServer _server = line.Commits.GetServers()[0];
    private readonly string _name = $"vdibroker-{Guid.NewGuid():n}";

    /// <summary>Runs them and answers each, one way or the other; who is not answered must go once more.</summary>
    /// <param name="commits">The scripts.</param>
    /// <param name="attached">How many replicas the master had when it was last asked.</param>
    /// <returns>How many it has now.</returns>
    public async Task<int> RunAsync(IReadOnlyList<PendingCommit> commits, int attached)
    {
        var named = Send("CLIENT", "SETNAME", _name);
        var results = commits.Select(commit => commit.Send(_server)).ToList();
        var proof = await ProveAsync(attached, _all);
        // More replicas than we knew.
        if (proof.Fault is null && proof.Attached > attached && proof.Having < proof.Attached) proof = await ProveAsync(proof.Attached, _all);
        if (proof.Fault is null && proof.Having < wanted && proof.Attached > proof.Having) proof = await ProveAsync(Math.Min(wanted, proof.Attached), _enough);
        await ((Task)named).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var doubt = proof.Fault ?? await DoubtAsync(proof);
        foreach (var (commit, result) in commits.Zip(results)) await AnswerAsync(commit, result, doubt);
        return proof.Fault is null ? proof.Attached : wanted;
    }

    private static async Task AnswerAsync(PendingCommit commit, Task<RedisResult> result, Exception? doubt)
    {
        try
        {
            var said = await result;
            if (doubt is null) commit.Settle(said);
            else commit.Fail(doubt);
        }
        catch (Exception fault) when (StoreFault.IsIts(fault))
        {
            commit.Fail(fault);
        }
    }

    // What the master says of its replicas, on the same connection as the scripts.
    private async Task<Proof> ProveAsync(int replicas, TimeSpan within)
    {
        var sent = Stopwatch.GetTimestamp();
        var having = Send("WAIT", replicas, (int)within.TotalMilliseconds);
        var role = Send("ROLE");
        var name = Send("CLIENT", "GETNAME");
        try
        {
            await Task.WhenAll(having, role, name);
            regime.Answered(sent);
            var said = (RedisResult[])(await role)!;
            if ((string?)said[0] != "master" || (string?)await name != _name) return new Proof(0, 0, new TimeoutException("the connection to the master broke meanwhile"));
            return new Proof((int)await having, ((RedisResult[])said[2]!).Length, null);
        }
        catch (Exception fault) when (StoreFault.IsIts(fault))
        {
            return new Proof(0, 0, fault);
        }
    }

    // A master without replicas may have been left by them, and one that was silent for long been replaced, with a replica that has not heard of it yet: that it is the
    // master still, those must say who choose it.
    private async Task<Exception?> DoubtAsync(Proof proof)
    {
        if (proof.Having < wanted && proof.Attached > proof.Having)
            return new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"{proof.Having} of {proof.Attached} replicas have confirmed it within {(_all + _enough).TotalMilliseconds:0} ms, {wanted} must"));
        if (proof.Having < wanted || (regime.IsInDoubt && master.HasWitnesses))
        {
            if (!await master.IsConfirmedAsync(line))
                return new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"{line.Endpoint} has {proof.Attached} replicas, {wanted} must have it, and most do not say that it is the master{(regime.IsInDoubt ? ", which was silent a moment ago" : "")}"));
            regime.Confirmed();
        }
        if (proof.Having < wanted) log.FewReplicas(line.Endpoint, proof.Attached, wanted);
        else if (proof.Having < proof.Attached) log.ReplicaBehind(line.Endpoint, proof.Having, proof.Attached);
        return null;
    }

    private Task<RedisResult> Send(string command, params object[] words) => _server.ExecuteAsync(command, words, CommandFlags.NoRedirect);

    private readonly record struct Proof(int Having, int Attached, Exception? Fault);
}

using VdiBroker.Hosts;
using VdiBroker.Machines;
using VdiBroker.Pools;

namespace VdiBroker.Sessions;

/// <summary>Loads what an opening is decided on. In a pool of machines that is the person's own one, and where it has no agent it is asked whether it is there.</summary>
internal sealed class LoadOpening(SessionStore sessions, HostsView view, MachineSeats seats, MachineCatalogue machines, AdoptionLedger repairs, ILogger<LoadOpening> logger)
{
    /// <summary>What an opening may be decided on without asking the store: for somebody who has no desktop, on what this broker saw of the hosts a moment ago. The claim looks at the truth.</summary>
    /// <returns>Null when it must be read.</returns>
    public OpeningState? Glance(Opener.Entitled who)
    {
        if (who is not { HadNone: true, SignIn.Remembered: true, Pool.Kind: PoolKind.Shared } || who.Pool.Placing.Policy == PlacementPolicy.Sticky) return null;
        // Nobody has a visitor's desktop but the visit that made it.
        return who.SignIn.Person.IsVisitor ? view.Of(who.Pool) : who.Began is { } began ? view.Of(who.Pool, began) : null;
    }

    /// <summary>
    /// All of the person's own read now, the pool's hosts by a look that others may share: good for a seat, or to say what is waited for. Whether nothing is free is only said after a look of their own (<see cref="RunAsync"/>): of
    /// hosts where the account holds a seat already this one does not know. Not for pools of machines.
    /// </summary>
    /// <param name="signIn">Who.</param>
    /// <param name="pool">Where.</param>
    /// <param name="asked">When they came, by <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>: no look of before is good.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>Without hosts where the person's own says all.</returns>
    public async Task<OpeningState> ShareAsync(SignIn signIn, Pool pool, long asked, CancellationToken cancel)
    {
        var own = await ReadAsync(signIn, pool, withHosts: false);
        if (own.Mine is { } mine && Opening.IsAtHome(mine, own.Home)) return own;
        var seen = await view.SinceAsync(pool, asked, cancel);
        return own with
        {
            Recalling = own.Recalling || seen.Recalling,
            Hosts = own.Home is { } home ? [.. seen.Hosts.Select(choice => choice.Host.Id == home.Host.Id ? home : choice)] : seen.Hosts,
        };
    }

    /// <summary>Loads; outages of the store come as <see cref="Storage.StoreOutOfReachException"/>.</summary>
    public async Task<OpeningState> RunAsync(SignIn signIn, Pool pool, CancellationToken cancel)
    {
        if (pool.Kind != PoolKind.Fixed) return await ReadAsync(signIn, pool);
        var assigned = await seats.AssignedAsync(signIn.Person, pool.Id);
        var own = Ownership.MachineOf(signIn.Person, pool.Machines, assigned);
        var state = await ReadAsync(signIn, pool with { Hosts = own is null ? [] : [own.Id] });
        // The session that runs may be on a machine that was theirs before.
        var asked = await Task.WhenAll(state.Hosts.Append(state.Home).OfType<HostChoice>().DistinctBy(choice => choice.Host.Id).Select(choice => AskAsync(choice, cancel)));
        HostChoice Asked(HostChoice choice) => asked.First(one => one.Host.Id == choice.Host.Id);
        return state with { Assignment = assigned, Home = state.Home is { } home ? Asked(home) : null, Hosts = [.. state.Hosts.Select(Asked)] };
    }

    // A desktop that is none would stand in the way of every new one.
    private async Task<OpeningState> ReadAsync(SignIn signIn, Pool pool, bool withHosts = true)
    {
        var state = await sessions.LoadAsync(signIn.Person, signIn.User, pool, withHosts);
        if (state.Missing is { } missing) await repairs.ForgetAsync(signIn.Person, pool.Id, missing, Adoption.SessionMissing);
        return state;
    }

    private async Task<HostChoice> AskAsync(HostChoice choice, CancellationToken cancel)
    {
        if (machines.WithoutAgent(choice.Host.Id) is not { } machine) return choice;
        var answer = await MachineProbe.AskAsync(machine, cancel);
        if (answer is MachineAnswer.OtherCertificate(var shown)) MachinesLog.OtherCertificate(logger, machine.Id, shown);
        // It may have had an agent once: what that said of strays is no more.
        return choice with { Health = answer.Health, Observation = MachineJudgement.Observation(machine), Seats = new SeatCount(choice.Seats.Held, 0, []) };
    }
}

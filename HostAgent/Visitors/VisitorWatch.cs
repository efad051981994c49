using VdiBroker.Agent.Grants;
using VdiBroker.Agent.Watching;

namespace VdiBroker.Agent.Visitors;

/// <summary>Wipes the accounts of visitors whose session is over, again and again until it is proven that nothing is left.</summary>
internal sealed class VisitorWatch(VisitorBook book, Wipe wipe, SessionWatch sessions, GrantBook grants, ReportBell bell, AgentLog log)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    private readonly List<Task> _wipes = [];

    /// <summary>Works until cancelled; a wipe under way is left to the next agent.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var rounds = new PeriodicTimer(Every);
        try
        {
            while (await rounds.WaitForNextTickAsync(cancel))
            {
                if (book.IsEmpty) continue;
                _wipes.RemoveAll(one => one.IsCompleted);
                foreach (var account in Due()) _wipes.Add(WipeAsync(account, cancel));
            }
        }
        finally
        {
            await Task.WhenAll(_wipes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private IReadOnlyList<VisitorAccount> Due()
    {
        try
        {
            return book.TakeDue(sessions.Look());
        }
        catch (IOException fault)
        {
            log.Error($"the host could not be looked at for visitors who have gone: {fault.Message}");
            return [];
        }
    }

    private async Task WipeAsync(VisitorAccount account, CancellationToken cancel)
    {
        var left = await wipe.RunAsync(account, cancel);
        if (left.Length == 0)
        {
            grants.Drop(account.Name);
            sessions.Forget(account.Id);
        }
        var failed = book.Tried(account, left);
        if (failed == 0) log.Notice($"account {account.Name} is wiped: no file and no process of number {account.Id} is left");
        else log.Error($"account {account.Name} is NOT wiped, its seat stays taken, try {failed}: {left}");
        bell.Ring();
    }
}

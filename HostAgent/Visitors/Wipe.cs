using System.Globalization;
using VdiBroker.Agent.Grants;
using VdiBroker.Agent.Printing;

namespace VdiBroker.Agent.Visitors;

/// <summary>Removes all that a visitor's account has left on the host, and proves it. May be repeated after any failure.</summary>
internal sealed class Wipe(VisitorAccounts accounts, DesktopFiles desktops, HostCups cups, TimeProvider time)
{
    private const int Rounds = 2;

    /// <summary>One try. The account itself goes last: as long as it is there, the next agent knows that something may be left.</summary>
    /// <returns>Empty: it is proven that nothing is left, and the account is gone. Else what is left, in words without a name of a file.</returns>
    public async Task<string> RunAsync(VisitorAccount account, CancellationToken cancel)
    {
        try
        {
            var left = "";
            for (var round = 1; round <= Rounds; round++)
            {
                await RemoveAsync(account, everywhere: round > 1, cancel);
                left = await ProveAsync(account, cancel);
                if (left.Length > 0) continue;
                accounts.Remove(account);
                return "";
            }
            return left;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception || (fault is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return fault is OperationCanceledException ? "not known: the search took too long" : fault.Message;
        }
    }

    private async Task RemoveAsync(VisitorAccount account, bool everywhere, CancellationToken cancel)
    {
        var id = account.Id.ToString(CultureInfo.InvariantCulture);
        // First what would start programs again.
        var linger = $"/var/lib/systemd/linger/{account.Name}";
        if (File.Exists(linger)) File.Delete(linger);
        await LeftFiles.RemoveAsync(account.Id, ["/var/spool/cron"], cancel);
        await LeftProcesses.EndAsync(account.Id, time, cancel);
        desktops.Delete(account.Name);
        await LeftFiles.RemoveTreeAsync(accounts.HomeOf(account.Name), cancel);
        string[] usual = ["/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", $"/run/user/{id}", "/run/lock", "/var/mail", "/var/spool", "/var/crash", "/run/xrdp"];
        await LeftFiles.RemoveAsync(account.Id, everywhere ? LeftFiles.Mounts() : usual, cancel);
        await LeftMemory.RemoveAsync(account.Id, cancel);
        // What is in the print service belongs to it, not to the account.
        if (cups.IsThere) await cups.ForgetAsync(account.Name, cancel);
    }

    // Without a process of the account nothing can come while the files are looked for: so, before and after.
    private async Task<string> ProveAsync(VisitorAccount account, CancellationToken cancel)
    {
        var id = account.Id;
        if (LeftProcesses.Of(id).Count is > 0 and var before) return $"{before} processes";
        if (LeftMemory.Count(id) is > 0 and var memory) return $"{memory} pieces of System V memory";
        if (await LeftFiles.FindAsync(id, cancel) is { Length: > 0 } folder) return $"files below {folder}";
        if (await cups.CountAsync(account.Name, cancel) is > 0 and var jobs) return $"{jobs} documents in the print service";
        return LeftProcesses.Of(id).Count is > 0 and var after ? $"{after} processes" : "";
    }
}

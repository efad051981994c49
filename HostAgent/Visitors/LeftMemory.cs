using System.Globalization;
using VdiBroker.Agent.Linux;

namespace VdiBroker.Agent.Visitors;

/// <summary>System V shared memory, message queues and semaphores of one account: the only things that outlive processes and are no files.</summary>
internal static class LeftMemory
{
    // File below /proc/sysvipc, column of the id, option of ipcrm.
    private static readonly (string File, string Id, string Option)[] Kinds = [("shm", "shmid", "-m"), ("msg", "msqid", "-q"), ("sem", "semid", "-s")];

    /// <summary>Removes them, as the account itself: another needs more power than an agent has.</summary>
    public static async Task RemoveAsync(uint owner, CancellationToken cancel)
    {
        var id = owner.ToString(CultureInfo.InvariantCulture);
        foreach (var (file, column, option) in Kinds)
        {
            foreach (var one in Of(owner, file, column))
                await LeftFiles.RunAsync(["setpriv", "--reuid", id, "--regid", id, "--clear-groups", "ipcrm", option, one], cancel);
        }
    }

    /// <summary>How many there are.</summary>
    public static int Count(uint owner) => Kinds.Sum(kind => Of(owner, kind.File, kind.Id).Count);

    private static List<string> Of(uint owner, string file, string column)
    {
        byte[] buffer = new byte[16 * 1024];
        var path = "/proc/sysvipc/" + file;
        // A kernel without System V IPC has none.
        return File.Exists(path) ? Parse(System.Text.Encoding.ASCII.GetString(ProcFile.ReadWhole(path, ref buffer)), owner, column) : [];
    }

    /// <summary>The rule, on the kernel's table: ids of what an account owns or has made.</summary>
    public static List<string> Parse(string table, uint owner, string column)
    {
        var lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (lines is not [var head, .. var rows]) return [];
        var (id, user, maker) = (Array.IndexOf(head, column), Array.IndexOf(head, "uid"), Array.IndexOf(head, "cuid"));
        var wanted = owner.ToString(CultureInfo.InvariantCulture);
        return [.. rows.Where(row => row.Length == head.Length && (row[user] == wanted || row[maker] == wanted)).Select(row => row[id])];
    }
}

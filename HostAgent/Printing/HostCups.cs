using System.ComponentModel;
using System.Diagnostics;

namespace VdiBroker.Agent.Printing;

/// <summary>The host's CUPS, by its own tools. A queue of ours has a device <c>vdi:/NAME</c>; others are not touched.</summary>
/// <param name="socket">Where it listens.</param>
/// <param name="spool">Where it keeps what waits in it.</param>
internal sealed class HostCups(string socket, string spool)
{
    private const string Device = "vdi:/";
    private const string Every = "all";
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    /// <summary>Where it listens.</summary>
    public string Socket => socket;

    /// <summary>False: there is none here, or it does not run now.</summary>
    public bool IsThere => File.Exists(socket);

    /// <summary>False: there has never been one here.</summary>
    public bool IsInstalled => Directory.Exists(spool);

    /// <summary>All queues, and whether each is ours.</summary>
    /// <exception cref="IOException">CUPS does not answer.</exception>
    public async Task<IReadOnlyDictionary<string, bool>> QueuesAsync(CancellationToken cancel)
    {
        var (status, output, complaint) = await RunAsync("lpstat", ["-h", socket, "-v"], cancel);
        // Without a single queue it complains of that.
        if (status != 0 && !complaint.Contains("No destinations", StringComparison.Ordinal)) throw new IOException(complaint);
        var queues = new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in output.Split('\n'))
            if (line.Split(' ', 4) is ["device", "for", var name, var device]) queues[name.TrimEnd(':')] = device.StartsWith(Device, StringComparison.Ordinal);
        return queues;
    }

    /// <summary>Makes a queue of ours, or changes who sees it and prints on it.</summary>
    /// <param name="queue">Its name.</param>
    /// <param name="users">Account names, at least one.</param>
    /// <param name="cancel">Ends the waiting.</param>
    public Task ShowAsync(string queue, IEnumerable<string> users, CancellationToken cancel) => DoAsync("lpadmin",
        ["-h", socket, "-p", queue, "-E", "-v", Device + queue, "-m", "raw", "-u", "allow:" + string.Join(',', users), "-o", "printer-is-shared=false", "-o", "printer-error-policy=retry-job", "-D", queue], cancel);

    /// <summary>Removes a queue with all jobs in it.</summary>
    public Task RemoveAsync(string queue, CancellationToken cancel) => DoAsync("lpadmin", ["-h", socket, "-x", queue], cancel);

    /// <summary>Removes somebody's jobs on a queue, with what was to be printed.</summary>
    public async Task ForgetAsync(string queue, string user, CancellationToken cancel)
    {
        // Not 'cancel -a -u': that means whoever asks.
        foreach (var job in await JobsAsync(user, cancel))
            if (job.Id[..job.Id.LastIndexOf('-')].Equals(queue, StringComparison.OrdinalIgnoreCase)) await DoAsync("cancel", ["-h", socket, "-x", job.Id], cancel);
    }

    /// <summary>Removes all of somebody's jobs on every queue, the host's own too, done or not.</summary>
    public async Task ForgetAsync(string user, CancellationToken cancel)
    {
        foreach (var job in await JobsAsync(user, cancel, Every)) await DoAsync("cancel", ["-h", socket, "-x", job.Id], cancel);
    }

    /// <summary>
    /// How many jobs of somebody's are known here, done or not. Where no socket is, CUPS may be just starting or have died: what waits in it is in its spool, and comes back with it. Whose it is only CUPS can say.
    /// </summary>
    /// <returns>0 too where there is no CUPS, and where it does not run and nothing is in its spool.</returns>
    /// <exception cref="IOException">CUPS is there and does not answer, or does not run and has something in its spool.</exception>
    /// <exception cref="UnauthorizedAccessException">The spool cannot be looked into.</exception>
    public async Task<int> CountAsync(string user, CancellationToken cancel)
    {
        if (IsThere) return (await JobsAsync(user, cancel, Every)).Count;
        // Whatever file: a job's description, its document, or what is still coming in.
        return IsInstalled && Directory.EnumerateFiles(spool).Any()
            ? throw new IOException($"the print service does not run (no socket {socket}), and something waits in its spool {spool}")
            : 0;
    }

    /// <summary>Lets somebody's jobs go on that the backend has held; what they hold themselves stays so, and what is still coming in must not be touched.</summary>
    public async Task ResumeAsync(string user, CancellationToken cancel)
    {
        foreach (var job in await JobsAsync(user, cancel))
            if (job.HeldByBackend) await DoAsync("lp", ["-h", socket, "-i", job.Id, "-H", "resume"], cancel);
    }

    private async Task<IReadOnlyList<(string Id, bool HeldByBackend)>> JobsAsync(string user, CancellationToken cancel, string which = "not-completed")
    {
        var (status, output, complaint) = await RunAsync("lpstat", ["-h", socket, "-l", "-W", which, "-u", user], cancel);
        // Without queues, without jobs, for an unknown account: 0 and not a word (CUPS 2.4.2). Any other status is no answer, and no answer is not "none".
        if (status != 0) throw new IOException($"the print service does not say what waits in it: {(complaint.Length > 0 ? complaint : $"lpstat, status {status}")}");
        return JobsIn(output);
    }

    /// <summary>The rule, on what lpstat says: a line for each job that begins with its id, and lines about it with a tab before them. A backend's sentence stands there as its status.</summary>
    public static IReadOnlyList<(string Id, bool HeldByBackend)> JobsIn(string output)
    {
        var jobs = new List<(string Id, bool HeldByBackend)>();
        var said = false;
        foreach (var line in output.Split('\n'))
        {
            if (line.Length > 0 && !char.IsWhiteSpace(line[0]))
            {
                var id = line.Split(' ')[0];
                said = false;
                if (id.LastIndexOf('-') > 0) jobs.Add((id, false));
            }
            else if (line.StartsWith("\tStatus: ", StringComparison.Ordinal))
            {
                said = !line.Contains(PrintJob.MayBePrinted, StringComparison.Ordinal);
            }
            else if (said && jobs.Count > 0 && line == "\tAlerts: job-hold-until-specified")
            {
                jobs[^1] = (jobs[^1].Id, true);
            }
        }
        return jobs;
    }

    private static async Task DoAsync(string tool, string[] arguments, CancellationToken cancel)
    {
        var (status, _, complaint) = await RunAsync(tool, arguments, cancel);
        if (status != 0) throw new IOException(complaint);
    }

    private static async Task<(int Status, string Output, string Complaint)> RunAsync(string tool, string[] arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C";
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(Within);
        try
        {
            using var process = Process.Start(start) ?? throw new IOException($"{tool} could not be started");
            try
            {
                var (output, complaint) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
                await process.WaitForExitAsync(deadline.Token);
                return (process.ExitCode, await output, AgentLog.Plain((await complaint).Trim()));
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                throw;
            }
        }
        catch (Win32Exception fault)
        {
            throw new IOException($"{tool} cannot be started ({fault.Message}): install cups-client");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new IOException($"{tool}: no answer within {Within.TotalSeconds:0} s");
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using VdiBroker.Bench.Storm;

namespace VdiBroker.Bench.Stations;

/// <summary>All stations of a run, in several processes of this program.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private const int InFlight = 16;
    private static readonly TimeSpan _toEnd = TimeSpan.FromSeconds(20);
    private readonly Process[] _processes;
    private readonly Func<GivenDesktop, Task> _connect;

    private Fleet(Process[] processes, Func<GivenDesktop, Task> connect) => (_processes, _connect) = (processes, connect);

    /// <summary>Starts the processes; nothing is connected yet.</summary>
    /// <param name="farm">Whose city.</param>
    /// <param name="uri">The server that they will speak to.</param>
    /// <param name="size">How many stations in how many processes.</param>
    /// <param name="first">Number of the first station.</param>
    /// <param name="connect">A station connects to its desktop's host.</param>
    public static Fleet Start(StormFarm farm, string uri, FleetSize size, int first, Func<GivenDesktop, Task> connect)
    {
        var share = size.Stations / size.Processes;
        return new Fleet([.. Enumerable.Range(0, size.Processes).Select(number => Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "vdi-bench"),
            ["stations-client", "--uri", uri, "--ca", farm.CaFolder, "--city", StormFarm.City, "--first", Text(first + (number * share)), "--count", Text(share), "--in-flight", Text(Math.Max(1, InFlight / size.Processes))])
        { RedirectStandardInput = true, RedirectStandardOutput = true })!)], connect);
    }

    /// <summary>Orders something of all and waits until all have done it.</summary>
    /// <param name="what">As in <see cref="ClientOrder"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <param name="people">Who sits at the stations, with <c>open</c>.</param>
    public async Task<FleetState> OrderAsync(string what, CancellationToken cancel, IReadOnlyList<Sitter>? people = null)
    {
        var share = people?.Count / _processes.Length ?? 0;
        var states = await Task.WhenAll(_processes.Select((process, number) => OneAsync(process, new ClientOrder(what) { People = people is null ? null : [.. people.Skip(number * share).Take(share)] }, cancel)));
        return states.Aggregate((one, other) => one.With(other));
    }

    /// <summary>CPU of all these processes.</summary>
    public TimeSpan Cpu() => TimeSpan.FromTicks(_processes.Sum(process => Storm.Cpu.Of(process.Id).Ticks));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A closed input is the order to end.
        foreach (var process in _processes) process.StandardInput.Close();
        foreach (var process in _processes)
        {
            using var late = new CancellationTokenSource(_toEnd);
            await process.WaitForExitAsync(late.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }
    }

    private async Task<FleetState> OneAsync(Process process, ClientOrder order, CancellationToken cancel)
    {
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order, ClientJson.Default.ClientOrder).AsMemory(), cancel);
        await process.StandardInput.FlushAsync(cancel);
        var connecting = new List<Task>();
        while (await process.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            var answer = JsonSerializer.Deserialize(line, ClientJson.Default.ClientAnswer)!;
            if (answer.Desktop is { } desktop) connecting.Add(_connect(desktop));
            if (answer.State is not { } state) continue;
            await Task.WhenAll(connecting);
            return state;
        }
        throw new InvalidOperationException("a process with stations has ended too early");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How many stations.</summary>
/// <param name="Stations">A multiple of <see cref="Processes"/>.</param>
/// <param name="Processes">That they are spread over.</param>
internal sealed record FleetSize(int Stations, int Processes)
{
    /// <summary>How long nothing is done before memory is looked at, and how long idle CPU is measured.</summary>
    public TimeSpan Calm { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>So many, or the next number that fits.</summary>
    public static FleetSize Of(int stations, int processes) => new((stations + processes - 1) / processes * processes, processes);
}

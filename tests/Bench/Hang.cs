using VdiBroker.City.Directory;
using VdiBroker.Directory;

namespace VdiBroker.Bench;

/// <summary>A way in which the second body's directory hangs, and a broker with both bodies' directories to see it.</summary>
/// <param name="Broker">Asks both.</param>
/// <param name="BeginAsync">From the end of this on, nothing is answered.</param>
/// <param name="EndAsync">All is well again, for new connections at least.</param>
internal sealed record Hang(BenchBroker Broker, Func<Task> BeginAsync, Func<Task> EndAsync) : IAsyncDisposable
{
    /// <summary>The process is stopped (SIGSTOP): the kernel takes connections and requests.</summary>
    public static async Task<Hang> FrozenAsync(BenchDirectory healthy, BenchDirectory other, Effort effort, CancellationToken cancel) => new(
        await BrokerAsync(healthy, other, effort, same => same, cancel),
        () => other.Slapd.FreezeAsync(cancel),
        () =>
        {
            other.Slapd.Thaw();
            return Task.CompletedTask;
        });

    /// <summary>A front before it takes connections and never says a byte on them; on open ones it reads requests and answers none.</summary>
    public static async Task<Hang> MuteAsync(BenchDirectory healthy, BenchDirectory other, RoughServer front, Effort effort, CancellationToken cancel) => new(
        await BrokerAsync(healthy, other, effort, options => options with { Servers = [new Uri(front.LdapsUri)], CaFile = front.CaFile }, cancel),
        () =>
        {
            front.Answers(new AnswerManner(AnswerFault.Silent));
            return front.ConnectionsAsync(ConnectionManner.HangAfterAccept);
        },
        () =>
        {
            front.Answers(AnswerManner.Serve);
            return front.ConnectionsAsync(ConnectionManner.Serve);
        });

    public ValueTask DisposeAsync() => Broker.DisposeAsync();

    private static Task<BenchBroker> BrokerAsync(
        BenchDirectory healthy, BenchDirectory other, Effort effort, Func<DirectoryOptions, DirectoryOptions> reached, CancellationToken cancel)
    {
        // The hanging one comes first in the file: where order counts, it counts against us.
        DirectoryOptions[] directories = [reached(Options(other, "other")), Options(healthy, "healthy")];
        TenantBranch[] tenants = [.. other.Branches("other"), .. healthy.Branches("healthy")];
        return BenchBroker.StartAsync([.. directories], [.. tenants], cancel);

        DirectoryOptions Options(BenchDirectory one, string id) => one.Options(id, effort.Connections) with { Deadline = effort.Deadline };
    }
}

using System.Collections.Immutable;
using VdiBroker.Ldap;

namespace VdiBroker.Directory;

/// <summary>Reads groups in groups again before what is known of them is too old, so that nobody who signs in waits for it.</summary>
internal sealed class GroupRefresher(ImmutableArray<PeopleDirectory> directories, DirectoryLog log, TimeProvider time) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        from directory in directories
        from graph in directory.Graphs
        select KeepAsync(directory, graph.Graph, graph.MaxAge / 4, stoppingToken));

    private async Task KeepAsync(PeopleDirectory directory, GroupGraph graph, TimeSpan pause, CancellationToken cancel)
    {
        using var ticks = new PeriodicTimer(pause, time);
        for (var said = false; await ticks.WaitForNextTickAsync(cancel);)
        {
            try
            {
                await graph.RefreshAsync(cancel);
                said = false;
            }
            catch (DirectoryOutOfReachException fault)
            {
                if (!said) log.NotRefreshed(directory.Id, fault.Message);
                said = true;
            }
        }
    }
}

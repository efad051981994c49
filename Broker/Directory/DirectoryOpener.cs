using System.Collections.Immutable;
using VdiBroker.Ldap;

namespace VdiBroker.Directory;

/// <summary>
/// Opens the first connection to each directory at start, so that the first sign-in finds it open and the operator learns at once, not from
/// the first person who is refused, that a directory is not there.
/// </summary>
internal sealed class DirectoryOpener(ImmutableArray<PeopleDirectory> directories, DirectoryLog log, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(directories.Select(directory => OpenAsync(directory, stoppingToken)));

    private async Task OpenAsync(PeopleDirectory directory, CancellationToken cancel)
    {
        for (var said = false; ; said = true)
        {
            try
            {
                await directory.ReachAsync(cancel);
                log.Answers(directory.Id);
                return;
            }
            catch (DirectoryOutOfReachException fault)
            {
                if (!said) log.NotThere(directory.Id, fault.Message);
            }
            await Task.Delay(Again, time, cancel);
        }
    }
}

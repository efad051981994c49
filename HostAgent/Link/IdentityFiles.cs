using System.Security.Cryptography;
using VdiBroker.Agent.Configuration;

namespace VdiBroker.Agent.Link;

/// <summary>Notices that certificates were renewed.</summary>
internal sealed class IdentityFiles(AgentSettings settings, AgentLog log, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Waits until the files hold another, usable identity than <paramref name="current"/>, and reads it.</summary>
    public async Task<Identity> ChangedAsync(Identity current, CancellationToken cancel)
    {
        // Null at first: what changed between reading the identity and now must not be overlooked.
        string? looked = null;
        while (true)
        {
            var stamp = Stamp();
            if (stamp != looked)
            {
                looked = stamp;
                if (Read() is { } found)
                {
                    if (!found.Equals(current)) return found;
                    found.Dispose();
                }
            }
            await Task.Delay(LookEvery, time, cancel);
        }
    }

    private Identity? Read()
    {
        try
        {
            return Identity.Read(settings);
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException or IOException or UnauthorizedAccessException)
        {
            // Renewal writes several files: half of it is no identity yet.
            log.Warning($"renewed certificates cannot be used yet, the old ones stay: {fault.Message}");
            return null;
        }
    }

    private string Stamp() => string.Join(' ',
        ((string[])[settings.Authority, settings.Certificate, settings.Key, settings.RdpCertificate])
            .Select(file => new FileInfo(file)).Select(file => file.Exists ? $"{file.LastWriteTimeUtc.Ticks}/{file.Length}" : "-"));
}

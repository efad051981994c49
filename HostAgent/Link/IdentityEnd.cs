using System.Globalization;
using VdiBroker.Agent.Configuration;

namespace VdiBroker.Agent.Link;

/// <summary>Says in time that the host's certificate, or the authority's, ends: nobody renews them but who reads the log.</summary>
internal sealed class IdentityEnd(AgentSettings settings, AgentLog log, TimeProvider time)
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);
    private static readonly TimeSpan SayEvery = TimeSpan.FromDays(1);
    // Not a day: a clock may be put right after the start.
    private static readonly TimeSpan LookEvery = TimeSpan.FromHours(1);

    /// <summary>Until cancelled: a warning each day from 30 days before the end, an error at the end and each day after it.</summary>
    public async Task WatchAsync(Identity identity, CancellationToken cancel)
    {
        var (until, whose) = First(identity);
        // What is good, what ends soon and what has ended are each said at once, whatever was said this morning.
        var (said, saidAt) = ("", DateTimeOffset.MinValue);
        while (true)
        {
            var now = time.GetUtcNow();
            var state = now > until ? "ended" : until - now <= Soon ? "soon" : "";
            if (state.Length > 0 && (state != said || now - saidAt >= SayEvery))
            {
                if (state == "ended") log.Error($"{whose} ended on {Day(until)}: no broker lets it attach any more. {Remedy(identity)}");
                else log.Warning(string.Create(CultureInfo.InvariantCulture, $"{whose} ends on {Day(until)}, in {(until - now).Days} days: no broker lets it attach then. {Remedy(identity)}"));
                saidAt = now;
            }
            said = state;
            var toEnd = until - now;
            await Task.Delay(toEnd > TimeSpan.Zero && toEnd < LookEvery ? toEnd + TimeSpan.FromSeconds(1) : LookEvery, time, cancel);
        }
    }

    /// <summary>That a certificate has ended, and when; null while both are good.</summary>
    public string? Ended(Identity identity)
    {
        var (until, whose) = First(identity);
        return time.GetUtcNow() > until ? $"{whose} ended on {Day(until)}" : null;
    }

    private static (DateTimeOffset Until, string Whose) First(Identity identity) =>
        identity.AuthorityUntil < identity.Until ? (identity.AuthorityUntil, "the city's authority's certificate") : (identity.Until, "this host's certificate");

    private static string Day(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private string Remedy(Identity identity) => identity.AuthorityUntil < identity.Until
        ? $"Renew it with the same key (runbook certificates.md: what it signed stays good), and copy the new ca.crt over {settings.Authority} here (no restart)"
        : $"On the authority's machine: broker ca issue --dir CA --kind host --name {identity.Host}; copy its .crt and .key over {settings.Certificate} and {settings.Key} (no restart)";
}

using VdiBroker.City.Brokers;

namespace VdiBroker.Race.Farm;

/// <summary>How the agents of one machine are started.</summary>
/// <param name="Program">This program.</param>
/// <param name="Ca">The city's authority.</param>
/// <param name="Own">The machine's certificate.</param>
/// <param name="Brokers">All brokers.</param>
/// <param name="Log">Takes what they have to say.</param>
internal sealed record AgentPlan(string Program, string Ca, IssuedCertificate Own, IReadOnlyList<string> Brokers, string Log)
{
    /// <summary>The argument list under a boot id.</summary>
    public IEnumerable<string> ArgumentsFor(string boot) => ["agent", "--ca", Ca, "--certificate", Own.Certificate, "--key", Own.Key, "--boot", boot, "--log", Log, .. Brokers.SelectMany(broker => (string[])["--broker", broker])];
}

using System.Diagnostics.Metrics;
using VdiBroker.Observability;

namespace VdiBroker.Ldap;

/// <summary>Calls to directories as they are measured: searches, and checks of passwords.</summary>
internal static class LdapTelemetry
{
    private static readonly Histogram<double> _took = Instruments.OfCalls("vdibroker.ldap.call.duration", "from the call to the directory's answer, the wait for a connection included");

    /// <summary>Begins one.</summary>
    /// <param name="directory">Its id in the city file.</param>
    /// <param name="check">A password is checked; else it is a search.</param>
    public static OutsideCall Begin(string directory, bool check) => new(_took, new("vdibroker.directory", directory), new("vdibroker.ldap.operation", check ? "ldap check" : "ldap search"));

    /// <summary>What went wrong, in a word.</summary>
    public static string Word(Exception fault) => fault is DirectoryOutOfReachException { Outage: var outage } ? outage.ToString() : fault.GetType().Name;
}

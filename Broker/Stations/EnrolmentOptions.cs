using VdiBroker.Kernel;
using VdiBroker.Trust;

namespace VdiBroker.Stations;

/// <summary>By what stations are enrolled and their certificates renewed: the section <c>enrolment</c> of <c>broker.json</c>. Without it stations get their certificates by hand.</summary>
internal sealed record EnrolmentOptions
{
    private static readonly TimeSpan _shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _longest = TimeSpan.FromDays(825);

    /// <summary>PEM file of the authority for stations, the same on every broker (<c>broker ca init --stations</c>).</summary>
    public string Certificate { get; set; } = "";

    /// <summary>PEM file of its key.</summary>
    public string Key { get; set; } = "";

    /// <summary>How long a certificate holds: 1m to 19800h (825 days). Renewed after two thirds of it, so the last third must be longer than a station is ever off: a year survives a school's summer.</summary>
    public string Valid { get; set; } = "8760h";

    /// <summary>The same with absolute paths.</summary>
    public EnrolmentOptions From(string folder) => this with { Certificate = Path.GetFullPath(Certificate, folder), Key = Path.GetFullPath(Key, folder) };

    /// <summary>Every fault, for the start of the broker.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var (name, file) in ((string, string)[])[("enrolment.certificate", Certificate), ("enrolment.key", Key)])
            if (NamedFile.Fault(name, file, "make both with 'broker ca init --stations'") is { } fault) yield return fault;
        if (WrittenTime.Read(Valid) is not { } valid || valid < _shortest || valid > _longest) yield return $"enrolment.valid: '{Valid}' must be 1m to 19800h";
    }

    /// <summary>Opens the authority. Only when <see cref="Faults"/> is empty.</summary>
    /// <exception cref="IOException">A file is not readable.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The files do not belong together.</exception>
    public StationSigner Open(TimeProvider time) => new(CityAuthority.Open(Certificate, Key, time), WrittenTime.Read(Valid)!.Value);
}

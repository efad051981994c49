using VdiBroker.City.Processes;

namespace VdiBroker.City.Brokers;

/// <summary>The city's certificate authority, as <c>broker ca</c> makes it.</summary>
public sealed class CityCertificates
{
    private readonly string _broker;
    private readonly string _folder;

    private CityCertificates(string broker, string folder)
    {
        _broker = broker;
        _folder = folder;
    }

    /// <summary>The authority's certificate, PEM.</summary>
    public string CaFile => Path.Combine(_folder, "ca.crt");

    /// <summary>Makes a new authority in <paramref name="folder"/>.</summary>
    public static async Task<CityCertificates> CreateAsync(string broker, string folder, string city)
    {
        await Tool.OutputAsync(broker, "ca", "init", "--dir", folder, "--city", city);
        return new CityCertificates(broker, folder);
    }

    /// <summary>Makes an authority for stations alone beside the city's.</summary>
    /// <param name="folder">Takes it.</param>
    /// <param name="city">The city's name.</param>
    /// <param name="valid">How long its certificates hold, as <c>broker.json</c> spells it.</param>
    /// <returns>The section <c>enrolment</c> of <c>broker.json</c>.</returns>
    public async Task<string> ForStationsAsync(string folder, string city, string valid)
    {
        await Tool.OutputAsync(_broker, "ca", "init", "--stations", "--dir", folder, "--city", city);
        return $$"""{ "certificate": "{{folder}}/ca.crt", "key": "{{folder}}/ca.key", "valid": "{{valid}}" }""";
    }

    /// <summary>Issues a certificate with its key.</summary>
    /// <param name="kind">station, host, broker, operator or server.</param>
    /// <param name="name">Who it says its owner is; also the name of the files.</param>
    /// <param name="folder">Takes both files.</param>
    /// <param name="address">IP address of a server.</param>
    public async Task<IssuedCertificate> IssueAsync(string kind, string name, string folder, string? address = null)
    {
        System.IO.Directory.CreateDirectory(folder);
        await Tool.OutputAsync(_broker, ["ca", "issue", "--dir", _folder, "--kind", kind, "--name", name, "--out", folder,
            .. (address is null ? Array.Empty<string>() : ["--ip", address])]);
        return new IssuedCertificate(Path.Combine(folder, name + ".crt"), Path.Combine(folder, name + ".key"));
    }
}

/// <summary>Two PEM files.</summary>
public sealed record IssuedCertificate(string Certificate, string Key);

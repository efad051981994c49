namespace VdiBroker.City;

/// <summary>Where the built programs and the files that they ship with are.</summary>
/// <param name="Broker">The broker, published.</param>
/// <param name="Shim">The station's program, published.</param>
/// <param name="Agent">The host's program, published.</param>
/// <param name="HostFiles">The folder of PAM, xrdp and nslcd files that a session host gets.</param>
public sealed record CityPrograms(string Broker, string Shim, string Agent, string HostFiles)
{
    /// <summary>The programs of the repository that this assembly was built in.</summary>
    /// <exception cref="FileNotFoundException">Not every program is built; every missing one is named, with the command that makes it.</exception>
    public static CityPrograms OfRepository()
    {
        var root = Root();
        var programs = new CityPrograms(
            BuiltBroker, Path.Combine(root, "artifacts/shim/vdi-shim"),
            Path.Combine(root, "artifacts/agent/vdi-agent"), Path.Combine(root, "deploy/host"));
        var missing = new[] { programs.Broker, programs.Shim, programs.Agent }.Where(file => !File.Exists(file)).ToList();
        if (!System.IO.Directory.Exists(programs.HostFiles)) missing.Add(programs.HostFiles);
        return missing.Count == 0 ? programs
            : throw new FileNotFoundException($"Not built yet: {string.Join(", ", missing)}. Run `deploy/demo --build` first.");
    }

    /// <summary>The broker as it is shipped: made by <c>deploy/demo --build</c>.</summary>
    public static string BuiltBroker => Path.Combine(Root(), "artifacts/broker/broker");

    /// <summary>The repository's folder.</summary>
    public static string Root()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "VdiBroker.sln"))) return folder;
        }
        throw new FileNotFoundException("VdiBroker.sln: vdi-city runs from inside the repository.");
    }
}

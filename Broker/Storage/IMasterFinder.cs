namespace VdiBroker.Storage;

/// <summary>Knows whom to ask which server is the master. Two kinds: Sentinels, and the servers themselves.</summary>
internal interface IMasterFinder : IAsyncDisposable
{
    /// <summary>Asks all at once.</summary>
    /// <returns>Within half a second, whoever is silent; never throws.</returns>
    Task<MasterFinding> FindAsync();

    /// <summary>The shortest silence of a master after which one of them would have it replaced.</summary>
    /// <returns>Null when nobody says; never throws.</returns>
    Task<TimeSpan?> PatienceAsync();
}

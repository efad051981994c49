namespace VdiBroker.Storage;

/// <summary>What servers said who were asked which of them is the master.</summary>
/// <param name="Endpoint">The master, by those who know the newest; null = nobody knew one.</param>
/// <param name="Epoch">Number of the decision by which it became the master; the newer the greater.</param>
/// <param name="Voices">How many said so.</param>
/// <param name="Asked">How many were asked.</param>
/// <param name="Cause">Why there is none, for the log.</param>
internal sealed record MasterFinding(string? Endpoint, long Epoch, int Voices, int Asked, string Cause)
{
    /// <summary>More than half of all said so: no other can have been chosen before they did.</summary>
    public bool IsByMost => Endpoint is not null && 2 * Voices > Asked;

    /// <summary>The newest of several answers.</summary>
    /// <param name="answers">Each server's; null = none.</param>
    /// <param name="silence">What to say when nobody knows.</param>
    public static MasterFinding Newest(IReadOnlyCollection<(string Endpoint, long Epoch)?> answers, string silence)
    {
        if (answers.OfType<(string Endpoint, long Epoch)>().OrderByDescending(answer => answer.Epoch).Select(answer => ((string, long)?)answer).FirstOrDefault() is not var (endpoint, epoch))
            return new MasterFinding(null, 0, 0, answers.Count, silence);
        return new MasterFinding(endpoint, epoch, answers.Count(answer => answer == (endpoint, epoch)), answers.Count, "");
    }
}

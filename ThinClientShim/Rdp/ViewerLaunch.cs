namespace VdiBroker.Shim.Rdp;

/// <summary>How FreeRDP is started.</summary>
/// <param name="Program">Path or name.</param>
/// <param name="Arguments">See <see cref="FreeRdpArguments"/>.</param>
/// <param name="Display">X display.</param>
internal sealed record ViewerLaunch(string Program, IReadOnlyList<string> Arguments, string Display)
{
    /// <summary>What it, and what it starts itself, finds in its environment besides.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

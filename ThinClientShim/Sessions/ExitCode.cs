namespace VdiBroker.Shim.Sessions;

/// <summary>How the shim ends; documented in README.md.</summary>
internal enum ExitCode
{
    /// <summary>Left, signed out, or moved to another station.</summary>
    Done = 0,

    /// <summary>The settings are wrong; all faults were said.</summary>
    BadSettings = 2,

    /// <summary>Name and password were refused (scripted mode).</summary>
    SignInRefused = 3,

    /// <summary>No broker answered.</summary>
    NoBroker = 4,

    /// <summary>Signed in, but there is no desktop to open now.</summary>
    NoDesktop = 5,

    /// <summary>FreeRDP is missing or cannot be started.</summary>
    NoViewer = 6,

    /// <summary>The desktop could not be reached, or not again, in the tries allowed.</summary>
    NotReached = 7,

    /// <summary>The host and the session with it are gone, and no other host could take the person.</summary>
    HostLost = 8,
}

namespace VdiBroker.Shim.Sessions;

/// <summary>What the buttons over the desktop are at.</summary>
internal enum Menu
{
    /// <summary>There are none: the person has keys.</summary>
    None,

    /// <summary>One that opens them.</summary>
    Closed,

    /// <summary>To leave, to sign out.</summary>
    Open,

    /// <summary>Signing out ends programs: whether that is meant.</summary>
    Sure,
}

/// <summary>The buttons over the desktop of somebody who has no keys for it: what each is told by.</summary>
internal static class Bar
{
    /// <summary>Opens the menu.</summary>
    public const char Opened = 'o';

    /// <summary>Leaves the desktop.</summary>
    public const char Leaving = 'l';

    /// <summary>Wants to sign out.</summary>
    public const char Asking = 's';

    /// <summary>Means it.</summary>
    public const char SigningOut = 'S';

    /// <summary>Closes the menu.</summary>
    public const char Back = 'c';

    /// <summary>Locks the station.</summary>
    public const char Locking = 'v';

    /// <summary>Calls for help.</summary>
    public const char Helping = 'a';

    /// <summary>Has read what stands there.</summary>
    public const char Hidden = 'i';

    /// <summary>The buttons of a menu: key, and key of the word on it.</summary>
    /// <param name="menu">Which.</param>
    /// <param name="ofVisitor">Over the desktop of somebody without a name: they can finish and nothing else.</param>
    public static (char Key, string Word)[] ButtonsOf(Menu menu, bool ofVisitor) => menu switch
    {
        Menu.Sure when ofVisitor => [(SigningOut, "visit-end"), (Helping, "button-help"), (Back, "greeter-back")],
        Menu.Closed => [(Opened, "bar-open")],
        Menu.Open => [(Leaving, "button-leave"), (Asking, "button-sign-out"), (Locking, "button-lock"), (Helping, "button-help"), (Back, "greeter-back")],
        Menu.Sure => [(SigningOut, "button-sign-out"), (Back, "greeter-back")],
        _ => [],
    };
}

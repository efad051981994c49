namespace VdiBroker.Shim.Configuration;

/// <summary>One key of the settings file; each is also an option <c>--name</c>.</summary>
/// <param name="Name">As written in the file.</param>
/// <param name="Repeatable">May be given several times, in order.</param>
/// <param name="Required">Without it the shim does not start.</param>
/// <param name="IsOrdered">The helpdesk may change it by an order: nothing that names a file or a command of the station, which a broker in wrong hands would make it read or run.</param>
internal sealed record Key(string Name, bool Repeatable = false, bool Required = false, bool IsOrdered = false)
{
    public static readonly Key Broker = new("broker", Repeatable: true, Required: true, IsOrdered: true);
    public static readonly Key Ca = new("ca", Required: true);
    public static readonly Key Certificate = new("certificate");
    public static readonly Key PrivateKey = new("key");
    public static readonly Key Language = new("language", IsOrdered: true);
    public static readonly Key User = new("user");
    public static readonly Key Display = new("display");
    public static readonly Key Size = new("size", IsOrdered: true);
    public static readonly Key FreeRdp = new("freerdp");
    public static readonly Key Log = new("log");
    public static readonly Key City = new("city", IsOrdered: true);
    public static readonly Key Crest = new("crest");
    public static readonly Key GreeterIdle = new("greeter-idle", IsOrdered: true);
    public static readonly Key State = new("state");
    public static readonly Key Restart = new("restart");
    public static readonly Key ShutDown = new("shut-down");
    public static readonly Key Wake = new("wake");
    public static readonly Key Cups = new("cups");

    public static readonly IReadOnlyList<Key> All =
        [Broker, Ca, Certificate, PrivateKey, Language, User, Display, Size, FreeRdp, Log, City, Crest, GreeterIdle, State, Restart, ShutDown, Wake, Cups];
}

/// <summary>A value that somebody gave to a key.</summary>
/// <param name="Key">One of <see cref="Key.All"/>.</param>
/// <param name="Value">Trimmed; may be empty.</param>
/// <param name="Where"><c>file:line</c>, or the option's name: what an error names.</param>
/// <param name="Folder">What a relative path is relative to.</param>
internal sealed record Given(Key Key, string Value, string Where, string Folder);

/// <summary>Something wrong with the settings: a key of the words and what fills its sentence.</summary>
internal sealed record Fault(string Word, params object[] Values);

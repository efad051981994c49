using System.Collections.Immutable;
using StackExchange.Redis;
using VdiBroker.Kernel;
using VdiBroker.Profiles;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>What the station applies, from the person's profile.</summary>
/// <param name="Keyboard">X11 layout name.</param>
/// <param name="Language">IETF tag.</param>
/// <param name="ScreenWidth">Pixels; 0 = the whole screen.</param>
/// <param name="ScreenHeight">Pixels; 0 = the whole screen.</param>
/// <param name="Clipboard">As the setting <c>clipboard</c> has it.</param>
internal sealed record StationSettings(string Keyboard, string Language, int ScreenWidth, int ScreenHeight, string Clipboard = "both")
{
    /// <summary>What of somebody's settings concerns their station.</summary>
    public static StationSettings Of(MergedSettings profile) => new(profile["keyboard"], profile["language"], profile.Screen.Width, profile.Screen.Height, profile["clipboard"])
    {
        TextSize = profile["text_size"],
        Contrast = profile["contrast"],
        WhenIdle = WhenIdle.Parse(profile["when_idle"]),
        Volume = profile["volume"],
        Printers = profile["printers"],
        Usb = profile["usb"],
        Screens = profile["screens"],
    };

    /// <summary>Print queues of the place as the setting <c>printers</c> has them: by commas, or <c>none</c>.</summary>
    public string Printers { get; init; } = PrinterList.None;

    /// <summary>As the setting <c>usb</c> has it.</summary>
    public string Usb { get; init; } = "off";

    /// <summary>As the setting <c>screens</c> has it.</summary>
    public string Screens { get; init; } = "all";

    /// <summary>Percent; null = the station leaves it as it is. Told with the sign-in, not kept with it.</summary>
    public string? Volume { get; init; }

    /// <summary>Factor of the size of letters.</summary>
    public string TextSize { get; init; } = "1";

    /// <summary><c>normal</c> or <c>high</c>.</summary>
    public string Contrast { get; init; } = "normal";

    /// <summary>What of it a desktop follows that begins now.</summary>
    public DesktopLook Look => new(Language, TextSize, Contrast);

    /// <summary>What the station does when nobody touches it; null = nothing. Told with the sign-in, not kept with it.</summary>
    public WhenIdle? WhenIdle { get; init; }
}

/// <summary>A person's proven presence at one station.</summary>
/// <param name="Serial">Grows with each sign-in on the farm.</param>
/// <param name="Person">Who.</param>
/// <param name="User">Their account name on hosts.</param>
/// <param name="Station">Where.</param>
/// <param name="Pools">What they may open, preferred first.</param>
/// <param name="Settings">What the station applies.</param>
/// <param name="Closed">It has been closed; it may follow the end of its session and nothing else.</param>
internal sealed record SignIn(long Serial, PersonId Person, string User, StationId Station, ImmutableArray<PoolId> Pools, StationSettings Settings, bool Closed)
{
    /// <summary>Made in limited mode: the directory was down.</summary>
    public bool Limited { get; init; }

    /// <summary>It is what this broker wrote a moment ago, and was not read again: what may have changed since is for the commit to see.</summary>
    public bool Remembered { get; init; }

    /// <summary>How old its rights are.</summary>
    public TimeSpan RightsAge { get; init; }

    /// <summary>The newest refresh that makes its rights a thing of the past (ms of the store's time); 0 = none.</summary>
    public long Mark { get; init; }
}

/// <summary>Sign-ins in Redis, found by the digest of their secret.</summary>
internal sealed class SignInStore(RedisStore store, KeySpace keys)
{
    /// <summary>A sign-in that nobody uses for so long is forgotten.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);

    /// <summary>However much it is used, a sign-in ends after so long: rights are asked anew with the next one.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(24);

    /// <summary>A sign-in that was closed is kept so much longer: its station follows the end of its desktop.</summary>
    public static readonly TimeSpan ClosedLife = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan _toAppear = TimeSpan.FromSeconds(15);
    private static readonly Script _begin = new("begin_sign_in");
    private static readonly Script _find = new("find_sign_in");
    private static readonly Script _renew = new("renew_rights");
    private static readonly Script _close = new("close_sign_in");

    /// <summary>Keeps a new sign-in.</summary>
    /// <param name="signIn">Its <see cref="SignIn.Serial"/> is given here.</param>
    /// <param name="owner">Whose the account on the hosts is: <c>directory/tenant</c>.</param>
    /// <returns>The secret that proves it, for its station only, and its number; null when the account name is another tenant's.</returns>
    public async Task<(Secret Secret, long Serial)?> BeginAsync(SignIn signIn, string owner)
    {
        var secret = Secret.Draw();
        var serial = (long)await store.CommitAsync(_begin, [keys.Counter, keys.SignIn(secret.Digest), keys.Events, keys.Account(signIn.User)],
        [
            keys.Doorbell.ToString(), Milliseconds(Life), signIn.Person.Value, signIn.Station.Value, owner, Milliseconds(LongestLife), signIn.Limited ? 1 : 0, Milliseconds(signIn.RightsAge),
            .. FieldsOf(signIn),
        ]);
        return serial == 0 ? null : (secret, serial);
    }

    /// <summary>What the row of a sign-in has besides who, where and when: field, value, field, value …</summary>
    public static RedisValue[] FieldsOf(SignIn signIn) =>
    [
        "user", signIn.User, "pools", string.Join(',', signIn.Pools),
        "keyboard", signIn.Settings.Keyboard, "language", signIn.Settings.Language,
        "width", signIn.Settings.ScreenWidth, "height", signIn.Settings.ScreenHeight, "clipboard", signIn.Settings.Clipboard,
        "printers", signIn.Settings.Printers, "usb", signIn.Settings.Usb, "screens", signIn.Settings.Screens, "look", signIn.Settings.Look.ToString(),
    ];

    /// <summary>Finds the sign-in that <paramref name="secret"/> proves, and keeps it alive.</summary>
    /// <returns>Null when there is none, or it belongs to another station.</returns>
    public async Task<SignIn?> FindAsync(Presented secret, StationId station)
    {
        if (!secret.IsPlausible) return null;
        var fields = (RedisValue[])(await store.RunScriptAsync(_find, [keys.SignIn(secret.Digest), keys.Refreshed], [station.Value, Milliseconds(Life)]))!;
        return fields.Length == 0 ? null : Read(fields.Chunk(2).ToDictionary(pair => pair[0].ToString(), pair => pair[1]));
    }

    /// <summary>Gives a sign-in the rights that the directory gives now.</summary>
    /// <param name="secret">Proves it.</param>
    /// <param name="pools">What the person may open, preferred first; may be empty.</param>
    /// <param name="age">How long ago the directory was asked.</param>
    public Task RenewAsync(Presented secret, ImmutableArray<PoolId> pools, TimeSpan age) =>
        store.RunScriptAsync(_renew, [keys.SignIn(secret.Digest)], [string.Join(',', pools), Milliseconds(age)]);

    /// <summary>Closes a sign-in and, when asked, orders its session to end.</summary>
    /// <returns>The script's word.</returns>
    public Task<string> CloseAsync(Presented secret, SessionId session, Fence fence, bool signOut) => CloseAsync(secret.Digest, session, fence, signOut);

    /// <summary>The same for whoever knows it by its digest.</summary>
    public async Task<string> CloseAsync(SecretDigest digest, SessionId session, Fence fence, bool signOut)
    {
        var key = keys.SignIn(digest);
        var result = await store.CommitAsync(_close, [key, session.Value.Length == 0 ? key : keys.Session(session), keys.Events],
            [keys.Doorbell.ToString(), session.Value, fence.Value, signOut ? "sign-out" : "leave", Milliseconds(ClosedLife), Milliseconds(_toAppear)]);
        return (string)result!;
    }

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private static SignIn Read(Dictionary<string, RedisValue> fields) => Read(fields, DesktopLook.Parse(fields.GetValueOrDefault("look")));

    private static SignIn Read(Dictionary<string, RedisValue> fields, DesktopLook? look) => new(
        (long)fields["serial"],
        new PersonId(fields["person"].ToString()),
        fields["user"].ToString(),
        new StationId(fields["station"].ToString()),
        [.. fields["pools"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries).Select(p => new PoolId(p))],
        new StationSettings(fields["keyboard"].ToString(), fields["language"].ToString(), (int)fields["width"], (int)fields["height"],
            // A sign-in that an older broker began has none.
            fields.TryGetValue("clipboard", out var clipboard) ? clipboard.ToString() : "both")
        {
            TextSize = look?.TextSize ?? "1",
            Contrast = look?.Contrast ?? "normal",
            Printers = fields.TryGetValue("printers", out var printers) ? printers.ToString() : PrinterList.None,
            Usb = fields.TryGetValue("usb", out var usb) ? usb.ToString() : "off",
            Screens = fields.TryGetValue("screens", out var screens) ? screens.ToString() : "all",
        },
        fields.ContainsKey("closed"))
    {
        Limited = fields.TryGetValue("limited", out var limited) && limited == 1,
        RightsAge = TimeSpan.FromMilliseconds((double)fields["age"]),
        Mark = (long)fields["mark"],
    };
}

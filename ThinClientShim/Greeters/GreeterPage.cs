using System.Globalization;
using System.Text;

namespace VdiBroker.Shim.Greeters;

/// <summary>What stands on the greeter.</summary>
internal enum PageKind
{
    /// <summary>Name and password.</summary>
    SignIn,

    /// <summary>Something is under way: sentences, and what may be wanted meanwhile.</summary>
    Wait,

    /// <summary>Which desktop.</summary>
    Choose,

    /// <summary>A new password, twice.</summary>
    NewPassword,

    /// <summary>Nobody knows this station yet: the code by which it is admitted.</summary>
    Code,

    /// <summary>A public place: one key begins.</summary>
    Welcome,
}

/// <summary>A desktop that can be chosen.</summary>
/// <param name="Name">For the screen.</param>
/// <param name="Running">It is open already.</param>
internal sealed record OfferedDesktop(string Name, bool Running);

/// <summary>
/// One page, as the shim tells it to the greeter: lines, and an empty one at the end. Told again, it takes the place of the last.
/// </summary>
/// <remarks>
/// <c>p KIND</c>, <c>l LANGUAGE</c>, <c>k SIZE CONTRAST</c>, <c>n NAME</c> (filled in), <c>f</c> (and fixed), <c>w NAME</c> (whoever has locked this station), <c>v MINUTES</c> (how long a visit may be), <c>h HEADING</c>, <c>t SENTENCE</c>, <c>b KEY LABEL</c>, <c>d NAME</c>, <c>D NAME</c> (already open), <c>c CODE</c>, <c>g LINE</c> (of a fingerprint). Line ends
/// inside a text become spaces: a text of whomever cannot add a line.
/// </remarks>
internal sealed record GreeterPage(PageKind Kind, string Language)
{
    /// <summary>How it is drawn.</summary>
    public Look Look { get; init; } = Look.Usual;

    /// <summary>Name filled in; empty = none.</summary>
    public string Name { get; init; } = "";

    /// <summary>It is the only one that may sign in here.</summary>
    public bool IsNameFixed { get; init; }

    /// <summary>Whoever has locked this station and is asked for their password; empty = nobody has.</summary>
    public string LockedFor { get; init; } = "";

    /// <summary>How long a visit may be, in minutes.</summary>
    public int VisitMinutes { get; init; }

    /// <summary>Whom it is about; empty = nobody yet.</summary>
    public string Heading { get; init; } = "";

    /// <summary>What is told, the newest last.</summary>
    public IReadOnlyList<string> Sentences { get; init; } = [];

    /// <summary>What may be wanted, each with the key that is told back.</summary>
    public IReadOnlyList<(char Key, string Label)> Buttons { get; init; } = [];

    /// <summary>What can be chosen.</summary>
    public IReadOnlyList<OfferedDesktop> Desktops { get; init; } = [];

    /// <summary>By which this station is admitted; empty = that is not what the page is about.</summary>
    public string Code { get; init; } = "";

    /// <summary>Lines of its key's fingerprint.</summary>
    public IReadOnlyList<string> Fingerprint { get; init; } = [];

    /// <summary>True: that is an answer to this page; what was done on one that has gone is none.</summary>
    public bool IsAnsweredBy(GreeterAnswer answer) => (Kind, answer) switch
    {
        (PageKind.SignIn, GreeterAnswer.SignIn or GreeterAnswer.Change) => true,
        (PageKind.SignIn, GreeterAnswer.Press { Key: GreeterForms.NotMe }) => LockedFor.Length > 0,
        (PageKind.Choose, GreeterAnswer.Choose) or (PageKind.NewPassword, GreeterAnswer.New) or (PageKind.Welcome, GreeterAnswer.Press { Key: GreeterForms.Begin }) => true,
        _ => false,
    };

    /// <summary>True: nothing but what is told on it is another there. How it is drawn is no part of what it asks.</summary>
    public bool AsksTheSameAs(GreeterPage other) => (this with { Sentences = [], Look = Look.Usual }).Encode() == (other with { Sentences = [], Look = Look.Usual }).Encode();

    /// <summary>Its lines.</summary>
    public string Encode()
    {
        var told = new StringBuilder();
        void Line(string start, string text) => told.Append(start).Append(text.ReplaceLineEndings(" ")).Append('\n');
        Line("p ", Kind.ToString());
        Line("l ", Language);
        Line("k ", Look.Words);
        if (Name.Length > 0) Line("n ", Name);
        if (IsNameFixed) Line("f", "");
        if (LockedFor.Length > 0) Line("w ", LockedFor);
        if (VisitMinutes > 0) Line("v ", VisitMinutes.ToString(CultureInfo.InvariantCulture));
        if (Heading.Length > 0) Line("h ", Heading);
        foreach (var sentence in Sentences) Line("t ", sentence);
        foreach (var (key, label) in Buttons) Line($"b {key} ", label);
        foreach (var desktop in Desktops) Line(desktop.Running ? "D " : "d ", desktop.Name);
        if (Code.Length > 0) Line("c ", Code);
        foreach (var line in Fingerprint) Line("g ", line);
        return told.Append('\n').ToString();
    }

    /// <summary>Reads them; null = they begin with no page.</summary>
    public static GreeterPage? Decode(IReadOnlyList<string> lines)
    {
        if (lines is not [['p', ' ', .. var kind], ['l', ' ', .. var language], ..] || !Enum.TryParse<PageKind>(kind, out var known)) return null;
        var page = new GreeterPage(known, language);
        var (sentences, buttons, desktops, fingerprint) = (new List<string>(), new List<(char Key, string Label)>(), new List<OfferedDesktop>(), new List<string>());
        foreach (var line in lines.Skip(2))
        {
            switch (line)
            {
                case ['k', ' ', .. var look]: page = page with { Look = Look.Of(look) ?? Look.Usual }; break;
                case ['n', ' ', .. var name]: page = page with { Name = name }; break;
                case "f": page = page with { IsNameFixed = true }; break;
                case ['w', ' ', .. var who]: page = page with { LockedFor = who }; break;
                case ['v', ' ', .. var minutes]: page = page with { VisitMinutes = int.TryParse(minutes, NumberStyles.None, CultureInfo.InvariantCulture, out var longest) ? longest : 0 }; break;
                case ['h', ' ', .. var heading]: page = page with { Heading = heading }; break;
                case ['t', ' ', .. var sentence]: sentences.Add(sentence); break;
                case ['b', ' ', var key, ' ', .. var label]: buttons.Add((key, label)); break;
                case ['c', ' ', .. var code]: page = page with { Code = code }; break;
                case ['g', ' ', .. var part]: fingerprint.Add(part); break;
                case ['d' or 'D', ' ', .. var desktop]: desktops.Add(new(desktop, line[0] == 'D')); break;
            }
        }
        return page with { Sentences = sentences, Buttons = buttons, Desktops = desktops, Fingerprint = fingerprint };
    }
}

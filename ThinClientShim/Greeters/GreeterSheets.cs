using VdiBroker.Shim.Words;

namespace VdiBroker.Shim.Greeters;

/// <summary>The pages on which nothing is typed: a choice, a start, a wait, a code.</summary>
internal static class GreeterSheets
{
    /// <summary>Which desktop.</summary>
    /// <param name="page">What is told.</param>
    /// <param name="words">In which language.</param>
    /// <param name="told">Where what was told before stands.</param>
    /// <param name="answer">Told what the person did.</param>
    /// <param name="first">Where the cursor goes.</param>
    public static nint Choose(GreeterPage page, Wording words, nint told, Action<GreeterAnswer> answer, out nint first)
    {
        var form = Headed(page.Heading);
        Add(form, told);
        Add(form, Widgets.Label(words["choose"], "field-name"));
        first = 0;
        for (var i = 0; i < page.Desktops.Count; i++)
        {
            var (which, desktop) = (i, page.Desktops[i]);
            var button = Widgets.Button(words[desktop.Running ? "choose-line-running" : "choose-line", i + 1, desktop.Name], i == 0 ? "primary" : "desktop", () => answer(new GreeterAnswer.Choose(which)));
            Add(form, button);
            if (i == 0) first = button;
        }
        Add(form, Widgets.Button(words["greeter-back"], "quiet", () => answer(new GreeterAnswer.Choose(null))));
        return form;
    }

    /// <summary>A public place: one key begins.</summary>
    /// <param name="page">What is told.</param>
    /// <param name="words">In which language.</param>
    /// <param name="told">Where what was told before stands.</param>
    /// <param name="start">The button was pressed.</param>
    /// <param name="first">Where the cursor goes.</param>
    public static nint Welcome(GreeterPage page, Wording words, nint told, Action start, out nint first)
    {
        var form = Headed(words["greeter-title"]);
        Add(form, told);
        Add(form, Widgets.Label(words["visit-what", page.VisitMinutes], "before"));
        Add(form, first = Widgets.Button(words["visit-start"], "primary", start));
        return form;
    }

    /// <summary>What is under way.</summary>
    public static nint Wait(GreeterPage page, Action<GreeterAnswer> answer)
    {
        var form = Headed(page.Heading);
        for (var i = 0; i < page.Sentences.Count; i++) Add(form, Widgets.Label(page.Sentences[i], i == page.Sentences.Count - 1 ? "now" : "before"));
        foreach (var (key, label) in page.Buttons)
        {
            // Without the focus: an Enter too many must not press it.
            Add(form, Widgets.Button(label, "quiet", () => answer(new GreeterAnswer.Press(key))));
        }
        return form;
    }

    /// <summary>By what a new station is admitted.</summary>
    public static nint Code(GreeterPage page, Wording words, nint told)
    {
        var form = Headed(words["enrol-title"]);
        Add(form, told);
        Add(form, Widgets.Label(page.Code, "code"));
        Add(form, Widgets.Label(words["enrol-what"], "now"));
        Add(form, Widgets.Label(words["enrol-fingerprint"], "field-name"));
        foreach (var line in page.Fingerprint) Add(form, Widgets.Label(line, "fingerprint"));
        return form;
    }

    /// <summary>What was told before: a refusal, an answer, a message.</summary>
    public static nint Told(GreeterPage page)
    {
        var told = Widgets.Box(Gtk.Vertical);
        foreach (var sentence in page.Sentences) Add(told, Widgets.Label(sentence, "notice"));
        return told;
    }

    private static nint Headed(string heading)
    {
        var form = Widgets.Box(Gtk.Vertical);
        if (heading.Length > 0) Add(form, Widgets.Label(heading, "title"));
        return form;
    }

    private static void Add(nint form, nint widget) => Gtk.gtk_box_append(form, widget);
}

using VdiBroker.Shim.Sessions;
using VdiBroker.Shim.Words;

namespace VdiBroker.Shim.Greeters;

/// <summary>What stands to be read on the greeter's pages. Not safe for concurrent use.</summary>
/// <param name="message">What the helpdesk has said.</param>
internal sealed class ToldSentences(HelpdeskMessage message)
{
    // What was told before, beside what is told now.
    private const int Most = 3;

    private readonly List<Func<Wording, string>> _told = [];
    private string _progress = "";

    /// <summary>What matters also when what is under way is over; that is over now.</summary>
    public void Add(Func<Wording, string> sentence)
    {
        _told.Add(sentence);
        if (_told.Count > Most) _told.RemoveAt(0);
        _progress = "";
    }

    /// <summary>What the helpdesk says. It goes with nobody: whom it is meant for need not be there yet.</summary>
    public void Announce(string sentence) => message.Say(sentence);

    /// <summary>What is under way; empty = nothing is.</summary>
    public void Progress(string sentence) => _progress = sentence;

    /// <summary>What was told to this person, or on this page, is history.</summary>
    public void Forget() => _told.Clear();

    /// <summary>What stands there, the newest last.</summary>
    /// <param name="words">In which language.</param>
    /// <param name="isAsking">On a page that asks, what is under way is not told.</param>
    public List<string> Lines(Wording words, bool isAsking) => [.. ((string[])[message.Text, .. _told.Select(one => one(words)), isAsking ? "" : _progress]).Where(one => one.Length > 0)];
}

namespace VdiBroker.Shim.Sessions;

/// <summary>What the helpdesk has said last, for as long as it stands: whoever wants it read later says it again. Not safe for concurrent use.</summary>
/// <param name="clock">The station's.</param>
internal sealed class HelpdeskMessage(TimeProvider clock)
{
    private static readonly TimeSpan _stands = TimeSpan.FromMinutes(10);

    private string _text = "";
    private long _said;

    /// <summary>The sentence; empty = none stands.</summary>
    public string Text => _text.Length > 0 && clock.GetElapsedTime(_said) < _stands ? _text : "";

    /// <summary>It says this, in place of what it said before.</summary>
    public void Say(string sentence) => (_text, _said) = (sentence, clock.GetTimestamp());

    /// <summary>It has been read.</summary>
    public void Clear() => _text = "";
}

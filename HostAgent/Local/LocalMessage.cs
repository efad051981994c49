using System.Globalization;
using System.Text;
using VdiBroker.Agent.Grants;
using VdiBroker.Protocol;

namespace VdiBroker.Agent.Local;

/// <summary>
/// What the commands of PAM and CUPS say to the agent: one line, and with redeem as many bytes as the line says.
/// <c>redeem USER LENGTH\n</c> + ticket · <c>session TYPE USER\n</c> · <c>print USER QUEUE\n</c>; the answer is one line: <c>granted</c>, <c>refused REASON</c>, <c>ok</c>,
/// <c>display NUMBER UID</c>.
/// </summary>
internal abstract record LocalMessage
{
    /// <summary>Longest first line, bytes: the longest account name has room in it, whatever its letters (at most three bytes for each UTF-16 unit).</summary>
    public const int LongestLine = 1024;

    /// <summary>Longest ticket, bytes.</summary>
    public const int LongestTicket = 1024;

    /// <summary>Longest account name, characters.</summary>
    public const int LongestUser = AccountNames.Longest;

    /// <summary>May this ticket open this user's session?</summary>
    internal sealed record Redeem(string User, int TicketLength) : LocalMessage;

    /// <summary>A session is opened or closed.</summary>
    internal sealed record Session(string Type, string User) : LocalMessage;

    /// <summary>Where is the station of this user, who prints on this queue?</summary>
    internal sealed record Print(string User, string Queue) : LocalMessage;

    /// <summary>Reads the first line, without its end.</summary>
    /// <returns>Null when it is none of ours.</returns>
    public static LocalMessage? Parse(ReadOnlySpan<byte> line) => Encoding.UTF8.GetString(line).Split(' ') switch
    {
        ["redeem", var user, var length] when IsUser(user)
            && int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes is > 0 and <= LongestTicket
            => new Redeem(user, bytes),
        ["session", { Length: > 0 and <= 32 } type, var user] when IsUser(user) && type.All(sign => char.IsAsciiLetter(sign) || sign == '_')
            => new Session(type, user),
        ["print", var user, var queue] when IsUser(user) && QueueNames.IsQueue(queue) => new Print(user, queue),
        _ => null,
    };

    /// <summary>True for what can be an account name.</summary>
    public static bool IsUser(string name) =>
        name.Length is > 0 and <= LongestUser
        && name.All(sign => !char.IsControl(sign) && !char.IsWhiteSpace(sign) && sign is not ('/' or ':' or '\ufffd'));
}

using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Shim.Brokers;
using VdiBroker.Shim.Words;

namespace VdiBroker.Shim.Sessions;

/// <summary>Makes a broker's refusal, or its silence, readable.</summary>
internal static class Refusals
{
    /// <summary>The key of the shim's own sentence where no broker did what was asked.</summary>
    public static string Word(NoBrokerException none) => none.Why switch
    {
        Missing.Call => "older",
        Missing.Answer => "late",
        _ => "no-broker",
    };

    /// <summary>The broker's sentence; with the reference where only the helpdesk can know more, and the wait of a station that pauses.</summary>
    public static string Text(ErrorDetail detail, Wording words)
    {
        var text = detail.Text.Length > 0 ? detail.Text : words["refused-plain"];
        if (detail is { Code: ErrorCode.TooManyTries, RetryAfter: { } wait }) return $"{text} {words["wait", (int)Math.Ceiling(wait.ToTimeSpan().TotalMinutes)]}";
        return detail.Code == ErrorCode.Unspecified && detail.Reference.Length > 0 ? $"{text} {words["reference", detail.Reference]}" : text;
    }
}

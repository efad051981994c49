using System.Globalization;

namespace VdiBroker.Agent.Linux;

/// <summary>Which X display a session has, for what runs in it.</summary>
internal static class DisplayNumber
{
    /// <summary>That of this process, by its environment; null when there is none.</summary>
    public static int? Own => Of(Environment.GetEnvironmentVariable("DISPLAY"));

    /// <summary>The rule, on <c>host:number.screen</c>.</summary>
    public static int? Of(string? display) => display?.Split(':') is [_, var number] && int.TryParse(number.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : null;
}

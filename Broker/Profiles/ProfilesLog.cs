using VdiBroker.Kernel;

namespace VdiBroker.Profiles;

/// <summary>What the room says in the log: ids and names of settings, never a value.</summary>
internal static partial class ProfilesLog
{
    [LoggerMessage(650, LogLevel.Information, "profile of {person} taken over from version 1: {chosen} of its values are their own choice")]
    public static partial void TakenOver(ILogger logger, PersonId person, int chosen);

    [LoggerMessage(651, LogLevel.Warning, "profile of {person} is of a shape that this broker cannot read; it is left as it is, and this sign-in goes without it")]
    public static partial void Unreadable(ILogger logger, PersonId person);

    [LoggerMessage(652, LogLevel.Information, "profile of {person}: what {source} says of {settings} cannot be read and does not count")]
    public static partial void Skipped(ILogger logger, PersonId person, string source, string settings);
}

using System.Globalization;
using System.Text;
using VdiBroker.Agent.Linux;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.Agent.Grants;

/// <summary>
/// What each person's profile says of a desktop that begins now, where the desktop's own start (startwm.sh) reads it: a file of that account's alone, named after it, lines of <c>key=value</c>. What a broker says is
/// checked here: the lines are read by a shell.
/// </summary>
/// <param name="folder">Made when it is not there.</param>
/// <param name="log">Told when a file cannot be written: the desktop begins as the host has it.</param>
internal sealed class DesktopFiles(string folder, AgentLog log)
{
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private static readonly TimeSpan _moment = TimeSpan.FromMilliseconds(300);
    private const double Smallest = 0.5;
    private const double Largest = 4;

    /// <summary>Writes what a broker says of this account's next desktop; nothing where it says nothing.</summary>
    public void Write(string user, DesktopSettings? settings)
    {
        if (settings is null) return;
        try
        {
            Directory.CreateDirectory(folder);
            // Whatever the mask, and whoever made it: each account reads its own there, and nobody lists the others.
            File.SetUnixFileMode(folder, Passable);
            var (file, draft) = (Path.Combine(folder, user), Path.Combine(folder, user + ".new"));
            File.Delete(draft);
            using (var stream = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead }))
                stream.Write(Encoding.ASCII.GetBytes(string.Concat(Lines(settings))));
            if (OwnerOf(user) is not { } owner) throw new IOException("the name service does not say who that is");
            Libc.ChangeOwner(draft, owner);
            File.Move(draft, file, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.Warning($"the desktop of {user} begins as this host has it: {fault.Message}");
        }
    }

    /// <summary>Forgets an account.</summary>
    public void Delete(string user)
    {
        try
        {
            File.Delete(Path.Combine(folder, user));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.Warning($"{Path.Combine(folder, user)} cannot be removed: {fault.Message}");
        }
    }

    // It may ask LDAP, and hang: a person waits.
    private static uint? OwnerOf(string user)
    {
        uint? owner = null;
        var asking = Task.Run(() => owner = Libc.UserId(user));
        return Task.WaitAll([asking], _moment) ? owner : null;
    }

    private static IEnumerable<string> Lines(DesktopSettings settings)
    {
        if (IsTag(settings.Language)) yield return $"language={settings.Language}\n";
        if (double.TryParse(settings.TextSize, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var size) && size is >= Smallest and <= Largest)
            yield return string.Create(CultureInfo.InvariantCulture, $"dpi={96 * size:0}\n");
        if (settings.Contrast is "normal" or "high") yield return $"contrast={settings.Contrast}\n";
    }

    private static bool IsTag(string tag) => tag.Length is >= 2 and <= 12 && tag.All(sign => char.IsAsciiLetterOrDigit(sign) || sign == '-');
}

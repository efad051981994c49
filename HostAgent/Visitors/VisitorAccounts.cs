using System.Globalization;
using System.Text;

namespace VdiBroker.Agent.Visitors;

/// <summary>An account that this agent made for one visit.</summary>
/// <param name="Name">Account name, see <see cref="VisitorAccounts.IsName"/>.</param>
/// <param name="Id">User and group id, of <see cref="VisitorAccounts"/>'s own range.</param>
internal sealed record VisitorAccount(string Name, uint Id);

/// <summary>
/// The accounts of visitors, in the files that libnss-extrausers reads (<c>passwd</c> and <c>group</c>). Lines of others are left as they are. Each file is replaced
/// whole; the agent is the only one of its kind on a host. No password opens them. Safe for concurrent use.
/// </summary>
/// <param name="folder">Where libnss-extrausers looks: <c>/var/lib/extrausers</c>.</param>
/// <param name="homes">Where homes are.</param>
internal sealed class VisitorAccounts(string folder, string homes)
{
    /// <summary>The first number; below are people (20000 to 59999) and what systemd gives (60001 to 65519).</summary>
    public const uint First = 70000;

    /// <summary>The last number. Given round and round: none comes again before 20,000 visits to the host.</summary>
    public const uint Last = 89999;

    private const int LongestName = 32;
    private const string Prefix = "v-";
    private const UnixFileMode ReadByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly Lock _files = new();

    /// <summary>True for names that a broker gives to visitors: nobody else's account is ever made or removed.</summary>
    public static bool IsName(string name) =>
        name.Length is > 2 and <= LongestName && name.StartsWith(Prefix, StringComparison.Ordinal) && name.AsSpan(Prefix.Length).IndexOfAnyExceptInRange('0', 'z') < 0
        && name.AsSpan(Prefix.Length).IndexOfAnyInRange(':', '`') < 0;

    /// <summary>This host takes visitors: their folders are there.</summary>
    public bool AreTaken => Directory.Exists(homes) && Directory.Exists(folder);

    /// <summary>The folder of an account's home.</summary>
    public string HomeOf(string name) => Path.Combine(homes, name);

    /// <summary>Every account of a visitor that there is: those of the running visits, and what a crash left.</summary>
    public IReadOnlyList<VisitorAccount> All()
    {
        lock (_files) return [.. Read("passwd").Select(AccountOf).OfType<VisitorAccount>()];
    }

    /// <summary>Makes an account with the next number.</summary>
    /// <exception cref="IOException">The files cannot be written; nothing was made.</exception>
    public VisitorAccount Make(string name)
    {
        if (!IsName(name)) throw new ArgumentException("no visitor's name", nameof(name));
        lock (_files)
        {
            var account = new VisitorAccount(name, NextId());
            var id = account.Id.ToString(CultureInfo.InvariantCulture);
            Write("group", Read("group").Append($"{name}:x:{id}:"));
            // A star is no password's hash; the screen shows no name, and neither does the account.
            Write("passwd", Read("passwd").Append($"{name}:*:{id}:{id}::{HomeOf(name)}:/bin/sh"));
            return account;
        }
    }

    /// <summary>Removes an account; nothing when it is not there.</summary>
    /// <exception cref="IOException">The files cannot be written.</exception>
    public void Remove(VisitorAccount account)
    {
        lock (_files)
        {
            foreach (var file in (string[])["passwd", "group"]) Write(file, Read(file).Where(line => !line.StartsWith(account.Name + ":", StringComparison.Ordinal)));
        }
    }

    private static VisitorAccount? AccountOf(string line) =>
        line.Split(':') is [var name, _, var id, ..] && IsName(name) && uint.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= First and <= Last
            ? new VisitorAccount(name, number)
            : null;

    // The number is taken before it is used: what a crash leaves never belongs to the next visitor.
    private uint NextId()
    {
        var used = Read("passwd").Select(AccountOf).OfType<VisitorAccount>().Select(account => account.Id).ToHashSet();
        var next = Read(".vdi-next") is [var kept, ..] && uint.TryParse(kept, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= First and <= Last
            ? number
            // Nobody knows any more which were given last.
            : (uint)Random.Shared.NextInt64(First, Last + 1L);
        while (used.Contains(next)) next = After(next);
        Write(".vdi-next", [After(next).ToString(CultureInfo.InvariantCulture)]);
        return next;
    }

    private static uint After(uint id) => id == Last ? First : id + 1;

    private string[] Read(string file) => Path.Combine(folder, file) is var path && File.Exists(path) ? File.ReadAllLines(path) : [];

    private void Write(string file, IEnumerable<string> lines)
    {
        var path = Path.Combine(folder, file);
        var draft = path + ".vdi-new";
        File.Delete(draft);
        using (var stream = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = ReadByAll }))
        {
            stream.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));
            stream.Flush(flushToDisk: true);
        }
        // Whatever the agent's own umask is: everybody's name service reads it.
        File.SetUnixFileMode(draft, ReadByAll);
        File.Move(draft, path, overwrite: true);
    }
}

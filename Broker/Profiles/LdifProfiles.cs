using System.Collections.Immutable;
using VdiBroker.Directory;
using VdiBroker.Kernel;

namespace VdiBroker.Profiles;

/// <summary>Reads profiles from LDIF (RFC 2849): entries <c>uid=LOGIN,o=TENANT</c>, whole, with <c>changetype: add</c>, or <c>modify</c>.</summary>
internal static class LdifProfiles
{
    private const int LongestEntry = 4 * RawLines.Longest;

    // They name the entry or its kind, and say nothing about settings.
    private static readonly string[] _naming = ["objectclass", "uid", "o"];

    /// <summary>Looks at the file.</summary>
    /// <param name="file">Must be able to go back to its beginning.</param>
    public static TransferFile Open(Stream file)
    {
        var text = FileText.Of(file);
        return new TransferFile("version: 1\n\n"u8.ToArray(), [$"encoding {text.Said}"], Records(RawLines.Read(file), text));
    }

    /// <summary>How an entry names a person.</summary>
    public static string DnOf(PersonId person) => $"uid={DistinguishedName.Escape(person.Login)},o={person.Tenant}";

    private static IEnumerable<TransferRecord> Records(IEnumerable<RawLine> lines, FileText text)
    {
        var (entry, size, cut) = (new List<RawLine>(), 0, false);
        foreach (var line in lines)
        {
            if (line.IsBlank || (size += line.Bytes.Length) > LongestEntry)
            {
                if (entry.Count > 0 && Entry(entry, text, cut, whole: line.IsBlank) is { } record) yield return record;
                entry.Clear();
                (size, cut) = (line.IsBlank ? 0 : line.Bytes.Length, !line.IsBlank);
            }
            if (!line.IsBlank) entry.Add(line);
        }
        if (entry.Count > 0 && Entry(entry, text, cut, whole: true) is { } last) yield return last;
    }

    private static TransferRecord? Entry(List<RawLine> lines, FileText text, bool cut, bool whole)
    {
        var raw = lines.SelectMany(line => line.Bytes).ToArray();
        // A blank line goes behind it, so that one that is given back stays an entry of its own.
        if (whole) raw = raw.AsSpan().EndsWith("\n"u8) ? [.. raw, (byte)'\n'] : [.. raw, (byte)'\n', (byte)'\n'];
        var at = lines[0].Number;
        if (cut) return new TransferRecord.More(at, raw);
        if (!whole || lines.Exists(line => !line.Whole)) return new TransferRecord.Bad(at, raw, "", $"the entry is longer than {LongestEntry / 1024} KiB, or one of its lines than {RawLines.Longest / 1024}");
        var texts = lines.ConvertAll(text.Read);
        if (texts.Contains(null)) return new TransferRecord.Bad(at, raw, "", FileText.Misfit);
        if (LdifLines.Read(texts!, out var fault) is not { } said) return new TransferRecord.Bad(at, raw, "", fault!);
        if (said is [{ Name: "version" } version, ..])
        {
            if (version.Value != "1") return new TransferRecord.Bad(at, raw, "", $"version {version.Value} of LDIF is not known here, only 1");
            said.RemoveAt(0);
        }
        return said.Count == 0 ? null : Read(said, at, raw);
    }

    private static TransferRecord Read(List<LdifLine> said, int at, byte[] raw)
    {
        if (Is(said[0].Name, "dn") && HasSeveralNames(said[0].Value))
            return new TransferRecord.Bad(at, raw, "", "the dn has a name of several parts ('uid=a+cn=b'): which of them is the login is not known; write 'uid=LOGIN,o=TENANT', and a + of the login itself as '\\+'");
        if (!Is(said[0].Name, "dn") || Person(said[0].Value) is not { } person) return new TransferRecord.Bad(at, raw, "", "an entry begins with 'dn: uid=LOGIN,o=TENANT'");
        var kind = said.Count > 1 && Is(said[1].Name, "changetype") ? said[1].Value.Trim().ToLowerInvariant() : null;
        var rest = said.Skip(kind is null ? 1 : 2).ToList();
        if (kind is not (null or "add" or "modify"))
            return new TransferRecord.Bad(at, raw, person, $"changetype '{kind}' is not read; 'add' sets choices, 'modify' sets and drops them");
        var wish = kind == "modify" ? Modified(rest, out var fault) : Added(rest, out fault);
        return fault is null ? new TransferRecord.Row(at, raw, person, wish) : new TransferRecord.Bad(at, raw, person, fault);
    }

    private static ImmutableArray<KeyValuePair<string, string>> Added(List<LdifLine> lines, out string? fault)
    {
        // An empty value is a fault of that setting, told by its reader.
        var wish = lines.Where(line => !_naming.Contains(line.Name.ToLowerInvariant())).Select(line => KeyValuePair.Create(line.Name, line.Value)).ToImmutableArray();
        fault = wish.IsEmpty ? "the entry names no setting" : null;
        return wish;
    }

    private static ImmutableArray<KeyValuePair<string, string>> Modified(List<LdifLine> lines, out string? fault)
    {
        fault = null;
        var wish = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        for (var i = 0; i < lines.Count && fault is null; i++)
        {
            var (act, name) = (lines[i].Name.ToLowerInvariant(), lines[i].Value.Trim());
            var values = lines.Skip(i + 1).TakeWhile(line => line.Name != "-").ToList();
            i += values.Count + 1;
            if (act is not ("add" or "replace" or "delete")) fault = $"'{act}' is no modification: add, replace or delete, then '-'";
            else if (values.Exists(value => !Is(value.Name, name))) fault = $"the modification of '{name}' holds something else: each ends with a line '-'";
            else if (values.Count > 1) fault = $"'{name}' takes one value";
            else if (values.Count == 0 && act == "add") fault = $"'add: {name}' needs a value";
            else wish.Add(KeyValuePair.Create(name, act == "delete" || values.Count == 0 ? ProfileChanges.NoChoice : values[0].Value));
        }
        if (fault is null && wish.Count == 0) fault = "the entry names no setting";
        return wish.ToImmutable();
    }

    private static bool HasSeveralNames(string dn) => Unescaped(dn, '+') >= 0;

    // Where the sign first stands as itself; -1 = nowhere.
    private static int Unescaped(string dn, char sign)
    {
        for (var i = 0; i < dn.Length; i++)
        {
            if (dn[i] == '\\') i++;
            else if (dn[i] == sign) return i;
        }
        return -1;
    }

    private static string? Person(string dn)
    {
        var comma = Unescaped(dn, ',');
        if (comma < 0 || Named("uid", dn[..comma]) is not { } login || Named("o", dn[(comma + 1)..]) is not { } tenant) return null;
        return $"{tenant}/{login}";
    }

    private static string? Named(string type, string rdn) =>
        rdn.IndexOf('=', StringComparison.Ordinal) is var equals and > 0 && Is(rdn[..equals].Trim(), type) ? DistinguishedName.Unescape(rdn[(equals + 1)..]) : null;

    private static bool Is(string name, string wanted) => string.Equals(name, wanted, StringComparison.OrdinalIgnoreCase);
}

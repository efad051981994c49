using CsvHelper;

namespace VdiBroker.Profiles;

/// <summary>Writes choices as CSV that <see cref="CsvProfiles"/> reads back and a spreadsheet shows rightly.</summary>
internal sealed class CsvProfileWriter : IDisposable
{
    private readonly CsvWriter _csv;

    /// <summary>Writes the heading.</summary>
    /// <param name="text">In UTF-8 with a mark: without it Excel takes accents for something else.</param>
    /// <param name="separator">Comma; semicolon for a French Excel.</param>
    public CsvProfileWriter(TextWriter text, char separator)
    {
        _csv = new CsvCells(separator).Writer(text);
        _csv.WriteHeader([CsvProfiles.Person, .. SettingCatalogue.Personal.Select(setting => setting.Name)]);
    }

    /// <summary>Writes one person's line.</summary>
    public void Write(ExportedPerson exported) => _csv.WriteRecord(
        [CsvCells.Guarded(exported.Person.Value), .. SettingCatalogue.Personal.Select(setting => CsvCells.Guarded(exported.Profile!.Choices.GetValueOrDefault(setting.Name, "")))]);

    /// <inheritdoc/>
    public void Dispose() => _csv.Dispose();
}

/// <summary>Writes choices as LDIF that <see cref="LdifProfiles"/> reads back.</summary>
internal sealed class LdifProfileWriter
{
    private readonly TextWriter _text;

    /// <summary>Writes the version.</summary>
    public LdifProfileWriter(TextWriter text)
    {
        _text = text;
        LdifLines.Write(text, "version", "1");
    }

    /// <summary>Writes one person's entry.</summary>
    public void Write(ExportedPerson exported)
    {
        _text.WriteLine();
        LdifLines.Write(_text, "dn", LdifProfiles.DnOf(exported.Person));
        LdifLines.Write(_text, "objectClass", "vdiProfile");
        // The names of attributes have no underscore (RFC 4512).
        foreach (var setting in SettingCatalogue.Personal.Where(setting => exported.Profile!.Choices.ContainsKey(setting.Name)))
            LdifLines.Write(_text, setting.Name.Replace('_', '-'), exported.Profile!.Choices[setting.Name]);
    }
}

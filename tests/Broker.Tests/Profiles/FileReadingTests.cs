using System.Text;
using CsCheck;
using VdiBroker.Profiles;
using Xunit;

namespace VdiBroker.Broker.Tests.Profiles;

/// <summary>Files as people have them, without a store.</summary>
public sealed class FileReadingTests
{
    private static readonly Encoding _latin = Encoding.Latin1;

    [Theory]
    [InlineData("utf-8", "encoding UTF-8; separator semicolon")]
    [InlineData("mark", "encoding UTF-8 with a mark; separator semicolon")]
    [InlineData("latin1", "encoding Windows-1252 (Latin-1), as Excel writes it; read as such; separator semicolon")]
    public void The_encoding_is_found_and_said(string encoding, string says)
    {
        const string Text = "person;keyboard\r\ndrancy/amélie;bépo\r\n";
        var file = CsvProfiles.Open(new MemoryStream(encoding switch
        {
            "mark" => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Text)],
            "latin1" => _latin.GetBytes(Text),
            _ => Encoding.UTF8.GetBytes(Text),
        }));
        Assert.Equal([says], file.Notes.ToArray());
        var row = Assert.IsType<TransferRecord.Row>(Assert.Single(file.Records));
        Assert.Equal(("drancy/amélie", KeyValuePair.Create("keyboard", "bépo")), (row.Person, Assert.Single(row.Wish)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("login;keyboard\r\n")]
    [InlineData("\"person;keyboard\r\n")]
    public void What_is_no_table_of_profiles_is_refused_as_a_whole(string text) =>
        Assert.Throws<UnreadableFileException>(() => CsvProfiles.Open(new MemoryStream(Encoding.UTF8.GetBytes(text))));

    [Fact]
    public void Utf_16_is_told_as_what_it_is() =>
        Assert.Contains("UTF-16", Assert.Throws<UnreadableFileException>(() => CsvProfiles.Open(new MemoryStream([0xFF, 0xFE, 0x70, 0]))).Message, StringComparison.Ordinal);

    [Fact]
    public void Whatever_the_bytes_are_every_line_with_something_in_it_comes_out_as_it_was()
    {
        var letters = Gen.Int[0, 9].Array[0, 400].Select(picks => picks.Select(pick => (byte)"a\",;\n\r: #\n"[pick]).ToArray());
        Gen.OneOf(Gen.Byte.Array[0, 400], letters).Sample(bytes =>
        {
            byte[] file = [.. "person,keyboard\n"u8, .. bytes];
            Assert.Equal(Solid(bytes), Solid(Given(CsvProfiles.Open(new MemoryStream(file)).Records)));
            // A comment alone says nothing; what begins with a letter always does.
            Assert.Subset(Solid(Given(LdifProfiles.Open(new MemoryStream(bytes)).Records)).ToHashSet(), Solid(bytes).Where(line => line.StartsWith('a')).ToHashSet());
        });

        static byte[] Given(IEnumerable<TransferRecord> records) => [.. records.SelectMany(record => record.Raw.ToArray())];

        // Lines of nothing but blanks and separators say nothing, and may be left out.
        static string[] Solid(byte[] bytes) =>
            [.. _latin.GetString(bytes).Split('\n').Where(line => line.Trim(' ', '\t', '\r', ',', ';', '"').Length > 0)];
    }

    [Fact]
    public void An_endless_line_is_refused_in_pieces_and_the_next_is_read()
    {
        var endless = new string('x', 200_000);
        var records = CsvProfiles.Open(new MemoryStream(Encoding.UTF8.GetBytes($"person,keyboard\n{endless}\ndrancy/a,us\n"))).Records.ToList();
        Assert.IsType<TransferRecord.Bad>(records[0]);
        Assert.Equal(endless + "\n", Encoding.UTF8.GetString([.. records[..^1].SelectMany(record => record.Raw.ToArray())]));
        Assert.Equal(3, Assert.IsType<TransferRecord.Row>(records[^1]).Line);
    }

    [Fact]
    public void Ldif_is_read_with_folds_comments_base64_and_changes()
    {
        const string Text = """
            # profiles of the town
            version: 1
            dn: uid=amelie,o=dra
             ncy
            keyboard: us
            # a comment
             that goes on
            Text-Size: 1.5

            dn:: dWlkPWFtw6lsaWUsbz1kcmFuY3k=
            changetype: modify
            replace: keyboard
            keyboard:: YsOpcG8=
            -
            delete: volume
            -

            dn: uid=x,o=drancy
            changetype: delete

            dn: cn=x
            keyboard: us

            dn: uid=y,o=drancy
            keyboard:< file:///etc/passwd

            dn: uid=z,o=drancy
            changetype: modify
            replace: keyboard
            volume: 1
            -

            dn: uid=q\2c\+,o=drancy
            objectClass: vdiProfile
            volume: 3
            """;
        var records = LdifProfiles.Open(new MemoryStream(Encoding.UTF8.GetBytes(Text.Replace("\n", "\r\n", StringComparison.Ordinal)))).Records.ToList();
        Assert.Equal(
            [
                "1 drancy/amelie [keyboard, us] [Text-Size, 1.5]",
                "10 drancy/amélie [keyboard, bépo] [volume, -]",
                "18 ! changetype 'delete' is not read; 'add' sets choices, 'modify' sets and drops them",
                "21 ! an entry begins with 'dn: uid=LOGIN,o=TENANT'",
                "24 ! keyboard: values from other files or addresses are not read; write the value here",
                "27 ! the modification of 'keyboard' holds something else: each ends with a line '-'",
                "33 drancy/q,+ [volume, 3]",
            ],
            records.Select(record => record switch
            {
                TransferRecord.Row row => $"{row.Line} {row.Person} {string.Join(' ', row.Wish)}",
                TransferRecord.Bad bad => $"{bad.Line} ! {bad.Why}",
                _ => "more",
            }));
        Assert.Equal("dn: cn=x\r\nkeyboard: us\r\n\n", Encoding.UTF8.GetString(records[3].Raw.Span));
    }

    [Theory]
    [InlineData("uid=a+cn=b,o=drancy", false)]
    [InlineData("uid=a,o=drancy+l=b", false)]
    [InlineData("uid=a\\+cn\\=b,o=drancy", true)]
    public void A_name_of_several_parts_is_no_login(string dn, bool read)
    {
        var record = Assert.Single(LdifProfiles.Open(new MemoryStream(Encoding.UTF8.GetBytes($"dn: {dn}\nkeyboard: us\n"))).Records);
        Assert.Equal(read ? "drancy/a+cn=b" : "", record is TransferRecord.Row row ? row.Person : Assert.IsType<TransferRecord.Bad>(record).Person);
        if (record is TransferRecord.Bad bad) Assert.Contains("of several parts ('uid=a+cn=b')", bad.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_heading_has_a_bound_and_is_read_once_however_wide_the_lines_are()
    {
        var wide = string.Join(',', Enumerable.Range(0, CsvProfiles.MostColumns - 1).Select(n => $"x{n}"));
        Assert.Equal(CsvProfiles.MostColumns, CsvProfiles.Open(new MemoryStream(Encoding.UTF8.GetBytes($"person,{wide}\n"))).Notes.Length);
        var fault = Assert.Throws<UnreadableFileException>(() => CsvProfiles.Open(new MemoryStream(Encoding.UTF8.GetBytes($"person,{wide},one\n"))));
        Assert.Contains($"line 1 has {CsvProfiles.MostColumns + 1} columns", fault.Message, StringComparison.Ordinal);
        // The same name twice is told for the second, whatever its spelling.
        Assert.Equal(["line 1: column 'Volume' stands there twice; a line with a value there is refused"], CsvProfiles.Open(new MemoryStream("person,volume,Volume\n"u8.ToArray())).Notes[1..].ToArray());
    }

    [Fact]
    public void Any_text_survives_a_line_of_ldif() => Gen.OneOf(Gen.String, Gen.Char[' ', '\u2000'].Array[0, 300].Select(letters => new string(letters))).Where(text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text).Sample(text =>
    {
        var written = new StringWriter { NewLine = "\n" };
        LdifLines.Write(written, "cn", text);
        var lines = written.ToString().TrimEnd('\n').Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 76));
        Assert.Equal(new LdifLine("cn", text), Assert.Single(LdifLines.Read(lines, out _)!));
    });

    [Fact]
    public void Any_cells_without_line_breaks_survive_a_line_of_csv() => Gen.Select(Gen.OneOf(Gen.Const(','), Gen.Const(';'), Gen.Const('\t')), Gen.String.Array[2, 6]).Sample((separator, values) =>
    {
        var cells = values.Select(value => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value.Replace('\n', ' ').Replace('\r', ' ')))).ToArray();
        var csv = new CsvCells(separator);
        var text = new StringWriter();
        using (var writer = csv.Writer(text)) writer.WriteRecord([.. cells.Select(CsvCells.Guarded)]);
        Assert.Equal(cells, csv.Read(text.ToString().TrimEnd('\r', '\n'), out var fault));
        Assert.Null(fault);
    });
}

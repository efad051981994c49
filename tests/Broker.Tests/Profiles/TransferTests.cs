using System.Text;
using CsCheck;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Kernel;
using VdiBroker.Profiles;
using Xunit;

namespace VdiBroker.Broker.Tests.Profiles;

/// <summary>Import and export of files, with real Redis.</summary>
[Collection(RedisCollection.Name)]
public sealed class TransferTests(RedisFixture redis)
{
    // Logins as bad as directories allow them: quotes, separators, formulas, both Unicode forms of é, blanks inside, LDIF's and DNs' own characters.
    private static readonly Gen<string> _login = Gen.OneOf(
        Gen.OneOf<string>(Gen.Const("=cmd|' /C calc'!A0"), Gen.Const("'=1"), Gen.Const("''"), Gen.Const("amélie"), Gen.Const("ame\u0301lie"), Gen.Const("a, b;c\"d\""), Gen.Const("\""), Gen.Const("x\\,y+z=<>#"),
            Gen.Const(":: <"), Gen.Const("# not a comment"), Gen.Const("a  b"), Gen.Const(new string('é', 120)), Gen.Const("\\2c"), Gen.Const("日本 😀")),
        Gen.String[1, 30].Where(text => PersonName.Read($"drancy/{text}", [ProfileRoom.Drancy], out _) is not null));

    private static readonly Gen<(string Login, (string, string)[] Wish)[]> _people = Gen.Select(_login,
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3]).Array[1, 6].Select(picks => picks.DistinctBy(pick => pick.Item1).Select(pick => Choice(pick.Item1, pick.Item2)).ToArray()))
        .Array[0, 8].Select(people => people.DistinctBy(person => PersonName.Kept(PersonId.Of(ProfileRoom.Drancy, person.Item1))).ToArray());

    [Theory]
    [InlineData(',')]
    [InlineData(';')]
    [InlineData('L')]
    public async Task Export_then_import_is_the_identity(char format) => await _people.SampleAsync(async people =>
    {
        var (from, to) = (new ProfileRoom(redis), new ProfileRoom(redis));
        foreach (var (login, wish) in people) Assert.IsType<ChangeOutcome.Changed>(await from.ChangeAsync(PersonId.Of(ProfileRoom.Drancy, login), wish));
        var file = await WriteAsync(from, format);
        var report = await to.ImportAsync(Open(file, format));
        Assert.All(report, line => Assert.Equal((LineVerdict.Accepted, ""), (line.Verdict, line.Verdict == LineVerdict.Refused ? line.Words : "")));
        Assert.Equal(Told(await from.ExportedAsync()), Told(await to.ExportedAsync()));
        Assert.Equal(file, await WriteAsync(to, format));
        Assert.All(await from.ImportAsync(Open(file, format)), line => Assert.Equal(LineVerdict.Unchanged, line.Verdict));
    }, iter: 60, threads: 2);

    [Fact]
    public async Task A_formula_is_written_as_text()
    {
        var room = new ProfileRoom(redis);
        Assert.Equal("'=cmd", CsvCells.Guarded("=cmd"));
        await room.ChangeAsync(PersonId.Of(ProfileRoom.Drancy, "a,b"), ("keyboard", "bépo"), ("text_size", "1.5"));
        Assert.Equal("\uFEFFperson;keyboard;language;screen;text_size;contrast;volume\r\ndrancy/a,b;fr(bepo);;;1.5;;\r\n", Encoding.UTF8.GetString(await WriteAsync(room, ';')));
        Assert.Equal("version: 1\n\ndn: uid=a\\,b,o=drancy\nobjectClass: vdiProfile\nkeyboard: fr(bepo)\ntext-size: 1.5\n", Encoding.UTF8.GetString(await WriteAsync(room, 'L')));
    }

    [Fact]
    public async Task Each_line_is_told_and_a_bad_one_stops_no_other_and_is_given_back_as_it_was()
    {
        var room = new ProfileRoom(redis);
        string[] lines =
        [
            "person,keyboard,volumne,volume\n",
            "drancy/a,us,,10\n",
            "drancy/b,\"fr\nbroken\",,\n",
            "drancy/c,us,50,\n",
            "drancy/d,us\n",
            "drancie/e,us,,\n",
            "drancy/f,qwerty2!,,400\n",
            "drancy/a,de,,\n",
            ",,,\n",
            "drancy/g,u\"s,,\n",
            "amelie,us,,\n",
            "drancy/h,-,,\n",
            "\n",
            "drancy/i,bépo,,",
        ];
        var bytes = Encoding.UTF8.GetBytes(string.Concat(lines)).Concat("\ndrancy/\xE9,us,,\n"u8.ToArray()[..9]).Concat(new byte[] { 0xE9 }).Concat(",us,,\r\n"u8.ToArray()).ToArray();
        var report = await room.ImportAsync(CsvProfiles.Open(new MemoryStream(bytes)));
        Assert.Equal(
            [
                "2 Accepted keyboard: not chosen → us; volume: not chosen → 10",
                "3 Refused a quotation mark is opened and not closed on this line",
                "4 Refused something stands|a quotation mark stands|it has",
                "5 Refused column 'volumne' is not known; did you mean 'volume'?",
                "6 Refused it has 2 values and the heading has 4 columns",
                "7 Refused there is no tenant 'drancie'; did you mean 'drancy'?",
                "8 Refused keyboard: 'qwerty2!' must be a keyboard layout|volume: '400' must be a whole number",
                "9 Refused the person stands in line 2 already",
                "11 Refused a quotation mark stands in the middle of a value",
                "12 Refused a person is written tenant/login",
                "13 Unchanged ",
                "15 Accepted keyboard: not chosen → fr(bepo)",
                "16 Refused an accent in it is not in the encoding",
            ],
            report.Select(line => $"{line.Line} {line.Verdict} {line.Words}"), new Says());
        var refused = report.Where(line => line.Verdict == LineVerdict.Refused).SelectMany(line => line.Raw.ToArray()).ToArray();
        Assert.Equal(Encoding.Latin1.GetString(bytes).Split('\n').Where((_, index) => index is 2 or 3 or 4 or 5 or 6 or 7 or 8 or 10 or 11 or 15).Select(line => line + "\n"), Encoding.Latin1.GetString(refused).Split('\n')[..^1].Select(line => line + "\n"));
    }

    [Fact]
    public async Task Refused_lines_put_right_are_imported_by_themselves()
    {
        var room = new ProfileRoom(redis);
        var file = CsvProfiles.Open(new MemoryStream("person;keyboard\r\ndrancy/a;us\r\ndrancy/b;fr fr"u8.ToArray()));
        var refused = (await room.ImportAsync(file)).Single(line => line.Verdict == LineVerdict.Refused);
        var rejects = Encoding.UTF8.GetString([.. file.Head.Span, .. refused.Raw.Span]).Replace("fr fr", "fr", StringComparison.Ordinal);
        Assert.Equal(LineVerdict.Accepted, Assert.Single(await room.ImportAsync(CsvProfiles.Open(new MemoryStream(Encoding.UTF8.GetBytes(rejects))))).Verdict);
    }

    [Fact]
    public async Task A_dry_run_tells_the_same_and_changes_nothing()
    {
        var room = new ProfileRoom(redis);
        byte[] file = [.. "person\tkeyboard\ndrancy/a\tus\ndrancy/b\tfr fr\n"u8];
        var would = await room.ImportAsync(CsvProfiles.Open(new MemoryStream(file)), dryRun: true);
        Assert.Empty(await room.ExportedAsync());
        Assert.Equal(would.Select(line => (line.Line, line.Verdict, line.Words)), (await room.ImportAsync(CsvProfiles.Open(new MemoryStream(file)))).Select(line => (line.Line, line.Verdict, line.Words)));
    }

    private static (string, string) Choice(int setting, int value) => (SettingCatalogue.Personal[setting].Name, setting switch
    {
        0 => ((string[])["us", "fr(bepo)", "be", "latam"])[value],
        1 => ((string[])["fr", "en", "fr-BE", "pt"])[value],
        2 => ((string[])["full", "800x600", "1280x1024", "8192x200"])[value],
        3 => ((string[])["1", "1.25", "2.5", "3"])[value],
        4 => ((string[])["high", "normal", "high", "normal"])[value],
        _ => ((string[])["0", "7", "50", "100"])[value],
    });

    private static IEnumerable<string> Told(IEnumerable<ExportedPerson> people) =>
        people.Select(person => $"{person.Person} {string.Join(',', person.Profile!.Choices.OrderBy(one => one.Key, StringComparer.Ordinal))}");

    private static TransferFile Open(byte[] file, char format) => format == 'L' ? LdifProfiles.Open(new MemoryStream(file)) : CsvProfiles.Open(new MemoryStream(file));

    private static async Task<byte[]> WriteAsync(ProfileRoom room, char format)
    {
        var stream = new MemoryStream();
        await using (var text = new StreamWriter(stream, new UTF8Encoding(format != 'L')) { NewLine = "\n" })
        {
            if (format == 'L')
            {
                var ldif = new LdifProfileWriter(text);
                foreach (var person in await room.ExportedAsync()) ldif.Write(person);
            }
            else
            {
                using var csv = new CsvProfileWriter(text, format);
                foreach (var person in await room.ExportedAsync()) csv.Write(person);
            }
        }
        return stream.ToArray();
    }

    // Expected: the beginning of the line, or beginnings of which each must be in it or one may be.
    private sealed class Says : IEqualityComparer<string>
    {
        public bool Equals(string? expected, string? actual) =>
            expected!.Split('|') is [var first, .. var others] && (actual!.StartsWith(first, StringComparison.Ordinal) || others.Any(other => actual.Contains(other, StringComparison.Ordinal)));

        public int GetHashCode(string text) => 0;
    }
}

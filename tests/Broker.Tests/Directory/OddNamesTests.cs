using System.Text;
using CsCheck;
using VdiBroker.City.Directory;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>Names that are hard to write down, against a real slapd: whoever has one signs in by it, and nobody by another's.</summary>
public sealed class OddNamesTests : IAsyncLifetime
{
    private static readonly string[] Hostile =
    [
        "*", "(", ")", @"\", "&", "|", "!", "=", "<", ">", "~", ",", "+", "\"", ";", "#", " ", "/", ":", "\u00a0", "\u200b", "\u202e", "é", "e\u0301", "😀", "\ud83d", "\u007f", "\0", "\n",
        ")(uid=*", "*)(objectClass=*", @"\2a", @"\00", "in0", "plus", "deep", "st", "r", "o'neil", "(login)", "@", "uid=", "cn=",
    ];

    private readonly OddTown _odd = new();
    private TestDirectory _directory = null!;
    private SignIns _signIns = null!;

    public async Task InitializeAsync()
    {
        _directory = await TestDirectory.StartAsync(Townspeople.Make(tenants: ["drancy"]), "127.0.0.34", change: plan => plan with { Further = [_odd.AsSuffix], Verbose = false });
        _signIns = SignIns.Configured($$"""
            directories:
              - id: odd
                servers: ["{{_directory.Slapd.LdapsUri}}"]
                ca: "{{_directory.Slapd.CaFile}}"
                bind_dn: "{{_directory.Slapd.BrokerDn}}"
                bind_password_file: "{{_directory.Slapd.BrokerPasswordFile}}"
                people: { base: "{{OddTown.PeopleBase}}" }
                groups: { base: "{{OddTown.GroupsBase}}" }
            tenants:
              - { id: odd, name: Odd, directory: odd }
            """);
    }

    public async Task DisposeAsync()
    {
        _signIns.Dispose();
        await _directory.DisposeAsync();
    }

    [Fact]
    public async Task Whatever_is_in_a_name_its_bearer_signs_in_with_all_groups()
    {
        foreach (var one in _odd.People)
        {
            var person = Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync(one.Login, one.Password)).Person;
            Assert.Equal(one.Login, person.Login);
            Assert.DoesNotContain(person.DisplayName, char.IsControl);
            Assert.Equal(one.Groups.Select(name => TextForms.Clean(name)).Order(StringComparer.Ordinal), person.Groups.AsEnumerable());
        }
    }

    [Fact]
    public async Task Every_sign_may_be_in_a_login_and_in_a_DN()
    {
        var signs = Enumerable.Range(' ', '~' - ' ' + 1).Select(sign => (char)sign).Where(sign => !char.IsAsciiLetterOrDigit(sign)).ToArray();
        string[] logins = [.. signs.Select(sign => $"x{sign}{(int)sign}y"), .. signs.Where(sign => sign != ' ').Select(sign => $"{sign}{(int)sign}"), .. signs.Where(sign => sign is not (' ' or '@')).Select(sign => $"z{(int)sign}{sign}"), " spaces  around "];
        await _directory.Slapd.Accounts.ChangeAsync(string.Concat(logins.Select(login =>
            $"dn:: {Base64($"uid={DistinguishedName.Escape(login)},{OddTown.PeopleBase}")}\nchangetype: add\nobjectClass: inetOrgPerson\nuid:: {Base64(login)}\ncn:: {Base64(login)}\nsn: x\nuserPassword:: {Base64("secret of " + login)}\n\n"
            + $"dn:: {Base64($"cn={DistinguishedName.Escape("group of " + login)},{OddTown.GroupsBase}")}\nchangetype: add\nobjectClass: groupOfNames\nmember:: {Base64($"uid={DistinguishedName.Escape(login)},{OddTown.PeopleBase}")}\n\n")), OddTown.Suffix);
        foreach (var login in logins)
        {
            var person = Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync(login, "secret of " + login)).Person;
            Assert.Equal(login.Trim(), person.Login);
            Assert.Equal($"group of {login}".Trim(), Assert.Single(person.Groups));
        }
        Assert.Equal(new Authentication.Rejected(new PersonId("odd/x*42y")), await _signIns.RunAsync("x*42y", "secret of x+43y"));

        static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }

    [Theory]
    [InlineData("zo\u00e9")]
    [InlineData("zoe\u0301")]
    [InlineData("ZO\u00c9")]
    [InlineData("  zo\u00e9\t")]
    [InlineData(@"odd\zo\u00e9")]
    [InlineData("Zo\u00e9@ODD")]
    public async Task A_login_is_found_in_either_form_in_any_case_and_with_its_tenant(string typed)
    {
        var person = Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync(typed.Replace(@"\u00e9", "\u00e9", StringComparison.Ordinal), _odd["zo\u00e9"].Password)).Person;
        Assert.Equal("odd/zo\u00e9", person.Id.Value);
    }

    [Fact]
    public Task Hostile_logins_find_their_bearer_or_nobody() =>
        Gen.Int[0, Hostile.Length - 1].Array[1, 6].Select(parts => string.Concat(parts.Select(part => Hostile[part]))).SampleAsync(async typed =>
        {
            if (LoginName.Parse(typed) is not { } login) return;
            using var places = new DirectoryPlaces(null, TimeProvider.System);
            var found = await _signIns.Get<FindPerson>().RunAsync(login, null, places, CancellationToken.None);
            if (found is Finding.Someone { Person: var person }) Assert.Equal(TextForms.Fold(person.Login), TextForms.Fold(typed));
            else Assert.IsType<Finding.Nobody>(found);
        }, iter: 2000, threads: 4);
}

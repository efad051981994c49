using VdiBroker.City.Directory;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Ldap;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>One person is one for the lockout, whichever of their names is typed and however, against a real slapd.</summary>
public sealed class NameKeyTests(ITestOutputHelper output) : IAsyncLifetime
{
    private TestDirectory _directory = null!;
    private SignIns _signIns = null!;

    private Townsperson Amelie => _directory.Amelie;

    public async Task InitializeAsync()
    {
        _directory = await TestDirectory.StartAsync(Townspeople.Make(tenants: ["drancy"]), "127.0.0.48");
        _signIns = _directory.SignIns();
    }

    public async Task DisposeAsync()
    {
        _signIns.Dispose();
        await _directory.DisposeAsync();
    }

    [Fact]
    public async Task The_gate_hears_who_it_is_by_every_name_and_what_it_stops_is_not_bound()
    {
        using var signIns = _directory.SignIns(options => options with { People = options.People with { Login = ["uid", "mail"] } });
        await _directory.ChangeAsync($"dn: {Amelie.Dn}\nchangetype: modify\nreplace: mail\nmail: amelie@ville.test\n");
        var heard = new List<PersonId?>();
        foreach (var login in (string[])[Amelie.Login, "Amelie@Ville.test", "nobody.atall", "a\nb"])
        {
            var request = new AuthenticationRequest(login, Amelie.Password, null);
            var wish = new PasswordChangeRequest(login, Amelie.Password, "a-new-one-1", null);
            Assert.IsType<Authentication.Rejected>(await signIns.Get<AuthenticatePerson>().RunAsync(request, Shut, CancellationToken.None));
            Assert.IsType<PasswordChange.Rejected>(await signIns.Get<ChangePassword>().RunAsync(wish, Shut, CancellationToken.None));
        }
        PersonId amelie = new("drancy/amelie.durand");
        Assert.Equal([amelie, amelie, amelie, amelie, null, null, null, null], heard);
        Assert.Single(_directory.LogLines(" BIND dn=\"cn="), line => line.Contains(" method=", StringComparison.Ordinal) && !line.Contains(_directory.Slapd.AdminDn, StringComparison.OrdinalIgnoreCase));
        Assert.Empty(_directory.LogLines("BIND dn=\"uid="));

        await _directory.Slapd.KillAsync();
        Assert.IsType<Authentication.OutOfReach>(await signIns.Get<AuthenticatePerson>().RunAsync(new AuthenticationRequest(Amelie.Login, "x", null), Shut, CancellationToken.None));
        Assert.Equal(8, heard.Count);

        Task<bool> Shut(PersonId? person)
        {
            heard.Add(person);
            return Task.FromResult(false);
        }
    }

    [Fact]
    public void Without_the_forms_of_names_nothing_runs()
    {
        Assert.Contains("ICU", Assert.Throws<InvalidOperationException>(() => DirectoryFeature.RefuseWithoutForms(known: false)).Message, StringComparison.Ordinal);
        DirectoryFeature.RefuseWithoutForms(TextForms.AreKnown);
    }

    [Fact]
    public async Task Whatever_a_directory_takes_for_the_same_name_nobody_is_found_by_a_name_with_another_key()
    {
        const string signs = "abcdefghijklmnopqrstuvwxyz0123456789.-_'";
        var place = _directory.People.PeopleOf("drancy");
        await _directory.ChangeAsync($"dn: uid=signs,{place}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: signs\ncn: x\nsn: x\n" + string.Concat(signs.Select(sign => $"uid: x{sign}\n")));
        var keys = signs.Select(sign => $"x{sign}").ToHashSet(StringComparer.Ordinal);
        // All that have one of the signs' keys must be found by the broker, and what has another key must not.
        var view = Assert.Single(_signIns.Get<DirectorySet>().Directories);
        var odd = Enumerable.Range(0x80, 0x1ffff - 0x80).Where(point => point is < 0xd800 or > 0xdfff).Select(point => "x" + char.ConvertFromUtf32(point))
            .Where(text => LoginName.Parse(text) is not null).ToArray();
        var (alike, other) = (odd.Where(text => keys.Contains(TextForms.Fold(text))).ToArray(), odd.Where(text => !keys.Contains(TextForms.Fold(text))).ToArray());
        Assert.Contains("x\u0130", alike);
        foreach (var text in (string[])["x\u0130", "x\U0001d41a", "x\uff41", "xi"]) Assert.Single(await view.FindAsync(LoginName.Parse(text)!, null, CancellationToken.None));
        using var client = new LdapClient(_directory.Options().Service.Servers[0], TimeSpan.FromSeconds(20));
        Assert.Equal(0, (await client.BindAsync(_directory.Slapd.BrokerDn, (await File.ReadAllTextAsync(_directory.Slapd.BrokerPasswordFile)).Trim())).Code);
        var wider = new Queue<string[]>(other.Chunk(500));
        var found = new List<string>();
        while (wider.TryDequeue(out var some))
        {
            if ((await client.SearchAsync($"uid=signs,{place}", LdapScope.Entry, $"(|{string.Concat(some.Select(text => LdapFilter.Is("uid", text)))})", 1, "1.1")).Entries.IsEmpty) continue;
            if (some is [var only]) found.Add(only);
            else foreach (var half in some.Chunk((some.Length + 1) / 2)) wider.Enqueue(half);
        }
        foreach (var text in found) Assert.Empty(await view.FindAsync(LoginName.Parse(text)!, null, CancellationToken.None));
        output.WriteLine($"{alike.Length} have the key of a sign; slapd takes {found.Count} more for one: {string.Join(' ', found.Take(20).Select(text => $"{char.ConvertToUtf32(text, 1):x}"))}");
    }
}

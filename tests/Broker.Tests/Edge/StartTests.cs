using VdiBroker.City;
using VdiBroker.City.Processes;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>A broker that may not read or write what it must says so in a sentence and by its status, as the account that it runs as.</summary>
public sealed class StartTests : IDisposable
{
    // What root may, the broker's account may not.
    private static readonly string[] _asNobody = Environment.IsPrivilegedProcess ? ["--reuid=nobody", "--regid=nogroup", "--clear-groups"] : [];
    private static readonly string _account = Environment.IsPrivilegedProcess ? "nobody" : Environment.UserName;
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-start-").FullName;

    public StartTests()
    {
        File.SetUnixFileMode(_folder, Mode("755"));
        foreach (var file in (string[])["ca.crt", "own.crt", "own.key", "secret"]) Write(file, "x", "644");
        Write("city.yaml", """
            city: seine-est
            farm: seine
            directories:
              - { id: agglo, servers: ["ldaps://127.0.0.21:6360"], ca: ca.crt, bind_dn: "cn=broker,dc=agglo,dc=test", bind_password_file: secret, people: { base: "ou=people,dc=agglo,dc=test" }, groups: { base: "ou=groups,dc=agglo,dc=test" } }
            tenants:
              - { id: drancy, name: Ville de Drancy, directory: agglo, people_under: "ou=drancy,ou=people,dc=agglo,dc=test" }
            hosts:
              - { id: blade1, address: 127.0.3.1, seats: 20 }
            pools:
              - { id: bureau, name: { fr: Bureau, en: Desktop }, hosts: [blade1] }
            entitlements:
              - { tenant: drancy, group: agents, pools: [bureau] }
            """, "644");
        Write("broker.json", """{ "listen": "127.0.0.1:1", "tls": { "ca": "ca.crt", "certificate": "own.crt", "key": "own.key" }, "state": "locked/state" }""", "644");
        System.IO.Directory.CreateDirectory(Path.Combine(_folder, "locked"), Mode("555"));
    }

    [Fact]
    public async Task A_key_that_its_account_may_not_read_is_a_fault_of_the_setting_that_names_it()
    {
        Write("own.key", "x", "000");
        var answer = await StartAsync();
        Assert.Equal(2, answer.Status);
        Assert.Contains("broker.json: tls.key: '", answer.Error, StringComparison.Ordinal);
        Assert.Contains($"own.key' is there, or its folder, and {_account} may not read it; give both to the broker's group", answer.Error, StringComparison.Ordinal);
        Assert.Single(answer.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_state_folder_that_it_may_not_write_is_told_in_a_sentence_with_status_3()
    {
        var answer = await StartAsync();
        Assert.Equal(3, answer.Status);
        Assert.StartsWith("cannot start: ", answer.Error, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_folder, "locked/state"), answer.Error, StringComparison.Ordinal);
        Assert.Single(answer.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_folder_in_place_of_a_key_is_told_as_one()
    {
        File.Delete(Path.Combine(_folder, "own.key"));
        System.IO.Directory.CreateDirectory(Path.Combine(_folder, "own.key"), Mode("755"));
        var answer = await StartAsync();
        Assert.Equal(2, answer.Status);
        Assert.Contains("own.key' is a folder", answer.Error, StringComparison.Ordinal);
    }

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    private Task<ToolAnswer> StartAsync() =>
        Tool.RunAsync("setpriv", [.. _asNobody, CityPrograms.BuiltBroker, "run", "--config", Path.Combine(_folder, "broker.json")]);

    private void Write(string name, string text, string mode)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, Mode(mode));
    }

    private static UnixFileMode Mode(string octal) => (UnixFileMode)Convert.ToInt32(octal, 8);
}

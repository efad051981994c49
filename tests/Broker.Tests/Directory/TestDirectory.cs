using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.CityFile;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>A real slapd of one test, in a folder of its own, and brokers' sign-in checks against it.</summary>
public sealed class TestDirectory : IAsyncDisposable
{
    private readonly string _folder;
    private int _files;

    private TestDirectory(string folder, Slapd slapd)
    {
        _folder = folder;
        Slapd = slapd;
    }

    public Slapd Slapd { get; }

    public Townspeople People => Slapd.People;

    public Townsperson Amelie => People.Amelie;

    public static async Task<TestDirectory> StartAsync(
        Townspeople? people = null, string address = "127.0.0.31", string? certificateFor = null, Func<SlapdPlan, SlapdPlan>? change = null)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-directory-").FullName;
        var tls = DirectoryTls.Make(Path.Combine(folder, "tls"), certificateFor ?? address);
        var plan = new SlapdPlan(Path.Combine(folder, "slapd"), address, people ?? Townspeople.Make(), tls);
        return new TestDirectory(folder, await Slapd.StartAsync((change ?? (same => same))(plan)));
    }

    /// <summary>The configuration as a city file would give it.</summary>
    public DirectoryOptions Options(string id = "agglo") => new()
    {
        Id = id,
        Servers = [new Uri(Slapd.LdapsUri)],
        CaFile = Slapd.CaFile,
        BindDn = Slapd.BrokerDn,
        BindPasswordFile = Slapd.BrokerPasswordFile,
        People = new PeopleOptions(People.PeopleBase),
        Groups = new GroupsOptions(People.GroupsBase),
    };

    /// <summary>The branches of all its tenants.</summary>
    public IEnumerable<TenantBranch> Branches(string id = "agglo") =>
        People.Tenants.Select(tenant => new TenantBranch(new TenantId(tenant), id, People.PeopleOf(tenant)));

    /// <summary>A broker's sign-in checks with this directory alone.</summary>
    public SignIns SignIns(Func<DirectoryOptions, DirectoryOptions>? change = null) =>
        new([(change ?? (same => same))(Options())], [.. Branches()]);

    /// <summary>Runs one of ldap-utils with a file of input; the exit status is the LDAP result.</summary>
    public async Task<int> ToolAsync(string tool, string dn, string passwordFile, string ldif)
    {
        var input = Path.Combine(_folder, $"{Interlocked.Increment(ref _files)}.ldif");
        await File.WriteAllTextAsync(input, ldif);
        await using var process = ServerProcess.Start(tool, Path.Combine(_folder, "tools.log"), tool,
            ["-x", "-H", Slapd.LdapsUri, "-D", dn, "-y", passwordFile, "-f", input],
            new Dictionary<string, string> { ["LDAPTLS_CACERT"] = Slapd.CaFile });
        await process.ExitedAsync(TimeSpan.FromSeconds(10));
        return process.ExitCode;
    }

    /// <summary>Changes entries as the administrator.</summary>
    public async Task ChangeAsync(string ldif)
    {
        var passwordFile = Path.Combine(_folder, "admin");
        await File.WriteAllTextAsync(passwordFile, Slapd.AdminPassword);
        Assert.Equal(0, await ToolAsync("ldapmodify", Slapd.AdminDn, passwordFile, ldif));
    }

    /// <summary>A file in the test's folder.</summary>
    public string WriteFile(string name, string text)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, text);
        return file;
    }

    /// <summary>Lines of slapd's log that hold a text; what was answered is written there.</summary>
    public string[] LogLines(string text) => [.. File.ReadLines(Slapd.LogFile).Where(line => line.Contains(text, StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        await Slapd.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>One broker's sign-in checks, wired as in the program.</summary>
public sealed class SignIns : IDisposable
{
    private const string Rest = """

        hosts:
          - { id: blade1, address: 127.0.3.1, port: 33890, seats: 20 }
        pools:
          - { id: bureau, name: { fr: Bureau, en: Desktop }, hosts: [blade1] }
        entitlements: []
        """;

    private readonly ServiceProvider _services;

    public SignIns(ImmutableArray<DirectoryOptions> directories, ImmutableArray<TenantBranch> tenants)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new Lines(Log)));
        services.AddDirectory(directories, tenants);
        _services = services.BuildServiceProvider();
    }

    /// <summary>Checks as a city file declares them.</summary>
    /// <param name="yaml">Its sections <c>directories</c> and <c>tenants</c>.</param>
    public static SignIns Configured(string yaml)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-city-file-").FullName;
        var file = Path.Combine(folder, "city.yaml");
        File.WriteAllText(file, "city: seine-est\nfarm: seine\n" + yaml + Rest);
        var document = CityDocument.Read(file);
        var plan = CityPlan.Read(document).Directories;
        System.IO.Directory.Delete(folder, recursive: true);
        Assert.All(document.Faults, fault => Assert.Contains("entitlements", fault.Message, StringComparison.Ordinal));
        return new SignIns(plan.Directories, plan.Branches);
    }

    /// <summary>Everything that the room logged.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task<Authentication> RunAsync(string login, string password, string? station = null) =>
        Get<AuthenticatePerson>().RunAsync(new AuthenticationRequest(login, password, station is null ? null : new TenantId(station)), CancellationToken.None);

    public Task<PasswordChange> ChangeAsync(string login, string old, string wanted) =>
        Get<ChangePassword>().RunAsync(new PasswordChangeRequest(login, old, wanted, null), CancellationToken.None);

    public Task<Lookup> LookUpAsync(string tenant, string login) => Get<LookUpPerson>().RunAsync(new TenantId(tenant), login, CancellationToken.None);

    public Task<Authentication> RunAsync(Townsperson person) => RunAsync(person.Login, person.Password);

    public async Task<DirectoryPerson> LetInAsync(Townsperson person) =>
        Assert.IsType<Authentication.Authenticated>(await RunAsync(person)).Person;

    public async Task<string> OutOfReachAsync(Townsperson person) =>
        Assert.IsType<Authentication.OutOfReach>(await RunAsync(person)).Cause;

    /// <summary>Starts the room's background services, as the program would.</summary>
    public Task StartAsync() => Task.WhenAll(_services.GetServices<IHostedService>().Select(service => service.StartAsync(CancellationToken.None)));

    public void Dispose()
    {
        foreach (var service in _services.GetServices<IHostedService>().OfType<IDisposable>()) service.Dispose();
        _services.Dispose();
    }

    private sealed class Lines(ConcurrentQueue<string> log) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Enqueue($"{eventId.Id} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}

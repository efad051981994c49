using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VdiBroker.Directory;
using VdiBroker.Kernel;

namespace VdiBroker.Bench;

/// <summary>One broker's sign-in checks, wired as in the program, background services too. Log lines are made and counted, not written.</summary>
internal sealed class BenchBroker : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly CountedLines _lines = new();

    private BenchBroker(ImmutableArray<DirectoryOptions> directories, ImmutableArray<TenantBranch> tenants)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Information).AddProvider(_lines));
        services.AddDirectory(directories, tenants);
        _services = services.BuildServiceProvider();
    }

    /// <summary>Lines logged so far.</summary>
    public long LogLines => _lines.Count;

    /// <summary>How many groups are kept.</summary>
    public int KnownGroups => _services.GetRequiredService<DirectorySet>().Directories.SelectMany(directory => directory.Graphs).Sum(one => one.Graph.Count);

    /// <summary>Starts one.</summary>
    public static async Task<BenchBroker> StartAsync(ImmutableArray<DirectoryOptions> directories, ImmutableArray<TenantBranch> tenants, CancellationToken cancel)
    {
        var broker = new BenchBroker(directories, tenants);
        foreach (var service in broker._services.GetServices<IHostedService>()) await service.StartAsync(cancel);
        return broker;
    }

    /// <summary>One sign-in check.</summary>
    public Task<Authentication> SignInAsync(string login, string password, TenantId? station, CancellationToken cancel) =>
        _services.GetRequiredService<AuthenticatePerson>().RunAsync(new AuthenticationRequest(login, password, station), cancel);

    /// <summary>One that must succeed.</summary>
    public async Task LetInAsync(string login, string password, TenantId? station, CancellationToken cancel)
    {
        var answer = await SignInAsync(login, password, station, cancel);
        if (answer is not Authentication.Authenticated) throw new InvalidOperationException($"a right password was answered with {answer.GetType().Name}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>()) await service.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }

    private sealed class CountedLines : ILoggerProvider, ILogger
    {
        private long _count;

        public long Count => Interlocked.Read(ref _count);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).Length > 0) Interlocked.Increment(ref _count);
        }

        public void Dispose()
        {
        }
    }
}

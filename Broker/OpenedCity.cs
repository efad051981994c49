using System.CommandLine;
using VdiBroker.CityFile;
using VdiBroker.Stations;
using VdiBroker.Storage;

namespace VdiBroker;

/// <summary>
/// A city as a command of an operator sees it beside a running broker: settings and plan read, the store connected. Where the broker runs its own Redis,
/// it is reached by its unix socket in the state folder; it is never started here.
/// </summary>
internal sealed class OpenedCity : IAsyncDisposable
{
    /// <summary>Exit status: a fault in the files or in what was typed.</summary>
    public const int BadInput = 2;

    /// <summary>Exit status: the store did not answer.</summary>
    public const int StoreOutOfReach = 3;

    private OpenedCity(BrokerOptions options, CityPlan plan, RedisStore store) => (Options, Plan, Store, Keys) = (options, plan, store, new KeySpace(plan.Farm));

    /// <summary>The broker's settings.</summary>
    public BrokerOptions Options { get; }

    /// <summary>The city file.</summary>
    public CityPlan Plan { get; }

    /// <summary>Connected.</summary>
    public RedisStore Store { get; }

    /// <summary>The farm's keys.</summary>
    public KeySpace Keys { get; }

    /// <summary>The option <c>--config</c>, the same for every command.</summary>
    public static Option<string> ConfigOption() => new("--config") { Description = "the broker's own settings", DefaultValueFactory = _ => "/etc/vdibroker/broker.json" };

    /// <summary>Opens the city, acts, closes it. What goes wrong is told on standard error.</summary>
    /// <param name="config">The file <c>broker.json</c>.</param>
    /// <param name="act">Gives the exit status.</param>
    /// <returns>That status, <see cref="BadInput"/> or <see cref="StoreOutOfReach"/>.</returns>
    public static async Task<int> UseAsync(string config, Func<OpenedCity, Task<int>> act)
    {
        var options = BrokerOptions.Read(config, out var faults);
        if (faults.Count > 0) return Complain(string.Join('\n', faults), BadInput);
        var document = CityDocument.Read(options.City);
        var plan = CityPlan.Read(document);
        if (document.Faults.Count > 0) return Complain(document.FaultText(), BadInput);
        var socket = EmbeddedRedis.SocketIn(options.State);
        if (options.Redis is null && !File.Exists(socket))
            return Complain($"{config} names no Redis, and the broker's own is not there ({socket}): it runs while the broker runs. Start the broker, or run this as an account that may read {options.State}.", StoreOutOfReach);
        try
        {
            await using var city = new OpenedCity(options, plan, await RedisStore.ConnectAsync(options.Redis ?? new RedisOptions { Endpoints = [socket] }, plan.Farm));
            await StoreCheck.ReachAsync(city.Store);
            return await act(city);
        }
        catch (StoreOutOfReachException fault)
        {
            return Complain(options.Redis is null ? $"the broker's own Redis ({socket}) does not answer: does the broker run, and may this account use its socket? {fault.Message}" : $"the store is out of reach: {fault.Message}", StoreOutOfReach);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Complain(fault.Message, BadInput);
        }
    }

    /// <summary>Where stations stand that were accepted by an enrolment is known from now on, to <see cref="CityPlan.Profiles"/> and all that asks it.</summary>
    public async Task KnowStationsAsync() => Plan.Profiles.Homes.Take((await new StandingStore(Store, Keys).ReadAsync()).Values);

    /// <summary>Tells something on standard error.</summary>
    /// <returns><paramref name="status"/>.</returns>
    public static int Complain(string message, int status)
    {
        Console.Error.WriteLine(message);
        return status;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Store.DisposeAsync();
}

using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using VdiBroker.Directory;
using VdiBroker.Ldap;

namespace VdiBroker;

/// <summary><c>broker directories</c>: which servers of the directories the running brokers ask, and why not the others.</summary>
internal static class DirectoryCommands
{
    private const int SomeOut = 1;

    /// <summary>The command. Exit status 1 when a server is not asked, or no broker runs.</summary>
    public static Command Build(TimeProvider time)
    {
        var config = OpenedCity.ConfigOption();
        var json = new Option<bool>("--json") { Description = "for programs" };
        var command = new Command("directories", "each directory server as the running brokers see it") { config, json };
        command.SetAction((parsed, _) => OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
        {
            var states = await new DirectoryStates(city.Store, city.Keys).ReadAsync(time.GetUtcNow());
            if (parsed.GetValue(json)) Console.WriteLine(JsonSerializer.Serialize(states, StatesJson.Default.IReadOnlyDictionaryStringBrokerStates));
            else Write(Console.Out, states);
            return states.Count > 0 && states.Values.SelectMany(one => one.States).All(state => state.Phase == BreakerPhase.Closed) ? 0 : SomeOut;
        }));
        return command;
    }

    private static void Write(TextWriter output, IReadOnlyDictionary<string, BrokerStates> states)
    {
        if (states.Count == 0) output.WriteLine("no broker has said anything within the last 10 s: none runs on this store");
        foreach (var (broker, said) in states)
        {
            output.WriteLine($"broker {broker}");
            foreach (var state in said.States)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {Word(state.Phase),-8} {state.Directory,-12} {state.Server}  since {state.Since:yyyy-MM-dd HH:mm:ss} UTC{(state.Cause.Length > 0 ? $": {state.Cause}" : "")}"));
        }
    }

    private static string Word(BreakerPhase phase) => phase switch
    {
        BreakerPhase.Closed => "asked",
        BreakerPhase.Suspect => "suspect",
        _ => "OUT",
    };
}

[System.Text.Json.Serialization.JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[System.Text.Json.Serialization.JsonSerializable(typeof(IReadOnlyDictionary<string, BrokerStates>))]
internal sealed partial class StatesJson : System.Text.Json.Serialization.JsonSerializerContext;

using System.CommandLine;
using VdiBroker.Agent.Configuration;
using VdiBroker.Agent.Local;

namespace VdiBroker.Agent;

/// <summary>The command line.</summary>
internal static class AgentCommands
{
    /// <summary>All commands.</summary>
    public static RootCommand Root() => new("VdiBroker: agent of a session host") { Run(), Redeem(), Session() };

    private static Command Run()
    {
        var config = new Option<string>("--config") { Description = "configuration file", DefaultValueFactory = _ => "/etc/vdi-agent.conf" };
        var keys = SettingLines.Keys
            .Select(key => new Option<string[]>($"--{key}") { Description = $"instead of {key} in the file", Arity = new ArgumentArity(1, key == "broker" ? 16 : 1) })
            .ToList();
        var command = new Command("run", "reports sessions to the broker and carries out its orders") { config };
        keys.ForEach(command.Add);
        command.SetAction((parsed, _) => RunAgent.RunAsync(parsed.GetValue(config)!,
            [.. keys.SelectMany(key => (parsed.GetValue(key) ?? []).Select(value => (key.Name[2..], value)))]));
        return command;
    }

    private static Command Redeem()
    {
        var socket = Socket();
        var command = new Command("redeem", "for PAM: ticket on standard input, PAM_USER in the environment; status 0 = granted, 1 = refused") { socket };
        command.SetAction((parsed, _) => LocalClient.RedeemAsync(
            parsed.GetValue(socket)!, Environment.GetEnvironmentVariable("PAM_USER"), Console.OpenStandardInput(), Console.Error));
        return command;
    }

    private static Command Session()
    {
        var socket = Socket();
        var command = new Command("session", "for PAM: tells the agent that a session was opened or closed; status always 0") { socket };
        command.SetAction((parsed, _) => LocalClient.SessionAsync(parsed.GetValue(socket)!,
            Environment.GetEnvironmentVariable("PAM_TYPE"), Environment.GetEnvironmentVariable("PAM_USER"), Console.Error));
        return command;
    }

    private static Option<string> Socket() =>
        new("--socket") { Description = "the agent's socket", DefaultValueFactory = _ => AgentSettings.DefaultSocket };
}

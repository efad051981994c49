using System.CommandLine;
using VdiBroker.Agent.Configuration;
using VdiBroker.Agent.Local;
using VdiBroker.Agent.Printing;
using VdiBroker.Agent.Sound;
using VdiBroker.Agent.Sticks;

namespace VdiBroker.Agent;

/// <summary>The command line.</summary>
internal static class AgentCommands
{
    /// <summary>All commands.</summary>
    public static RootCommand Root()
    {
        var root = new RootCommand("VdiBroker: agent of a session host") { Run(), Redeem(), Session() };
        foreach (var other in Others()) root.Add(other);
        return root;
    }

    private static Command Run()
    {
        var config = new Option<string>("--config") { Description = "configuration file", DefaultValueFactory = _ => "/etc/vdi-agent.conf" };
        var broker = new Option<string[]>("--broker") { Description = "instead of the brokers in the file; may be repeated" };
        var single = SettingLines.Keys.Where(key => key != "broker")
            .Select(key => new Option<string>($"--{key}") { Description = $"instead of {key} in the file" })
            .ToList();
        var command = new Command("run", "reports sessions to the broker and carries out its orders") { config, broker };
        single.ForEach(command.Add);
        command.SetAction((parsed, _) => RunAgent.RunAsync(parsed.GetValue(config)!,
        [
            .. (parsed.GetValue(broker) ?? []).Select(address => ("broker", address)),
            .. single.Where(option => parsed.GetValue(option) is not null).Select(option => (option.Name[2..], parsed.GetValue(option)!)),
        ]));
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

    // Taken before any parsing (Program); here for --help.
    private static IEnumerable<Command> Others() =>
    [
        new(PrintJob.Word, "for CUPS: takes a document from a queue of a session to the printer at its person's station"),
        new(SoundRelay.Word, "for startwm.sh, as the person: what is played in the session is heard at the station"),
        new(DriveBell.Word, "for startwm.sh and reconnectwm.sh, as the person: sticks of the station appear in the session"),
    ];

    private static Option<string> Socket() =>
        new("--socket") { Description = "the agent's socket", DefaultValueFactory = _ => AgentSettings.DefaultSocket };
}

using System.CommandLine;
using System.Globalization;
using VdiBroker;
using VdiBroker.Trust;

// Half of what a sign-in cost was threads waking each other. What comes from a socket goes on where it was read: nothing in this process blocks there (libldap, which does while it greets a server, has a thread for that). Read once, by the first socket.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

// ICU is here for names. Figures, dates and messages do not follow the machine's language.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;

var root = new RootCommand("VdiBroker: signs people in at thin stations and finds their desktop")
{
    RunCommand.Build(), CheckCommand.Build(TimeProvider.System), WhoIsCommand.Build(), ExplainCommand.Build(), DirectoryCommands.Build(TimeProvider.System), LockoutCommands.Build(), HelpCommands.Build(), HostCommands.Build(), StationCommands.Build(), MachineCommands.Build(), AssignmentCommands.Build(), RefreshCommand.Build(), ProfileCommands.Build(), CaCommands.Build(TimeProvider.System),
};
// Longer than the host takes to end its streams and its own Redis.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });

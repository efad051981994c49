using System.CommandLine;
using VdiBroker;
using VdiBroker.Trust;

var root = new RootCommand("VdiBroker: signs people in at thin stations and finds their desktop")
{
    RunCommand.Build(), CheckCommand.Build(TimeProvider.System), WhoIsCommand.Build(), DirectoryCommands.Build(TimeProvider.System), LockoutCommands.Build(), ProfileCommands.Build(), CaCommands.Build(TimeProvider.System),
};
// Longer than the host takes to end its streams and its own Redis.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });

using System.CommandLine;
using VdiBroker.Bench;
using VdiBroker.Bench.Decide;
using VdiBroker.Bench.Ladder;
using VdiBroker.Bench.Overload;
using VdiBroker.Bench.Peers;
using VdiBroker.Bench.Raw;
using VdiBroker.Bench.Sizing;
using VdiBroker.Bench.Stations;
using VdiBroker.Bench.Storm;

var root = new RootCommand("Measures what the broker's parts do, beside the raw limit of the same parts in the same run.")
{
    BindsCommand.Build(), PeersCommand.Build(), SizingCommand.Build(), StormCommand.Build(), StationsCommand.Build(), OverloadCommand.Build(), LadderCommand.Build(), RawCommand.Build(), DecideCommand.Build(), StationsClient.Build(), EmptyServer.Build(),
};
// Servers are ended, also when somebody has waited long enough.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });

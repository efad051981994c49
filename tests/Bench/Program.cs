using System.CommandLine;
using VdiBroker.Bench;

var root = new RootCommand("Measures what the broker's parts do, beside the raw limit of the same parts in the same run.") { BindsCommand.Build() };
return await root.Parse(args).InvokeAsync();

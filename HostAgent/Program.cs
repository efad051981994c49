using VdiBroker.Agent;
using VdiBroker.Agent.Printing;
using VdiBroker.Agent.Sound;
using VdiBroker.Agent.Sticks;

// CUPS hands over what people wrote, titles among it: not for a parser of options.
if (args is [PrintJob.Word, .. var job]) return await PrintJob.RunAsync(job);
if (args is [DriveBell.Word]) return await DriveBell.RunAsync();
if (args is [SoundRelay.Word]) return await SoundRelay.RunAsync();

// Signals are the command's own affair: `run` ends in order, the others just end.
return await AgentCommands.Root().Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = null });

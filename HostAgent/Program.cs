using VdiBroker.Agent;

// Signals are the command's own affair: `run` ends in order, the others just end.
return await AgentCommands.Root().Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = null });

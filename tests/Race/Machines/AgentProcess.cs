using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using VdiBroker.City.Processes;
using VdiBroker.Race.Farm;

namespace VdiBroker.Race.Machines;

/// <summary>
/// A machine's agent: a process of its own (<c>vdi-race agent</c>), so that it can be killed and frozen as such. It knows nothing that the machine does not tell it when it
/// looks, as a real agent looks into /proc, and it ends by itself when the race does.
/// </summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Machine _machine;
    private readonly Channel<AgentLine> _toAgent = Channel.CreateUnbounded<AgentLine>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<string, TaskCompletionSource<AgentLine.Answer>> _asked = [];
    private readonly Task _talking;

    private AgentProcess(Process process, Machine machine)
    {
        (_process, _machine) = (process, machine);
        _talking = Task.WhenAll(WriteAsync(), ReadAsync());
    }

    /// <summary>It is attached to a broker, as far as it knows.</summary>
    public bool IsAttached { get; private set; }

    /// <summary>Starts one for a machine under its present boot.</summary>
    public static AgentProcess Start(Machine machine, AgentPlan plan)
    {
        var start = new ProcessStartInfo(plan.Program, plan.ArgumentsFor(machine.Boot)) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        return new AgentProcess(Process.Start(start) ?? throw new InvalidOperationException($"the agent of {machine.Name} could not be started"), machine);
    }

    /// <summary>Something has changed on the machine.</summary>
    public void Ring() => _toAgent.Writer.TryWrite(new AgentLine.Changed());

    /// <summary>Asks whether a ticket is good.</summary>
    /// <returns>Null when there was no answer in time: what was decided is not known.</returns>
    public async Task<AgentLine.Answer?> AskAsync(AgentLine.Ask ask, TimeSpan within)
    {
        var answer = _asked[ask.Attempt] = new TaskCompletionSource<AgentLine.Answer>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _toAgent.Writer.TryWrite(ask);
            return await answer.Task.WaitAsync(within);
        }
        catch (Exception none) when (none is TimeoutException or OperationCanceledException)
        {
            return null;
        }
        finally
        {
            _asked.TryRemove(ask.Attempt, out _);
        }
    }

    /// <summary>Sends it a signal.</summary>
    public void Send(int signal)
    {
        if (!_process.HasExited) Signal.Send(_process.Id, signal);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Send(Signal.Kill);
        _toAgent.Writer.TryComplete();
        await _process.WaitForExitAsync().WaitAsync(Patience);
        await _talking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var answer in _asked.Values) answer.TrySetCanceled();
        _process.Dispose();
    }

    private async Task WriteAsync()
    {
        await foreach (var line in _toAgent.Reader.ReadAllAsync())
        {
            await _process.StandardInput.WriteLineAsync(line.Written());
            await _process.StandardInput.FlushAsync();
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            switch (AgentLine.Read(line))
            {
                case AgentLine.Look(var number):
                    _toAgent.Writer.TryWrite(new AgentLine.Seen(number, _machine.Look()));
                    break;
                case AgentLine.Answer answer:
                    if (_asked.TryGetValue(answer.Attempt, out var waiting)) waiting.TrySetResult(answer);
                    break;
                case AgentLine.End(var session, var user):
                    _machine.Order(session, user);
                    break;
                case AgentLine.Late(var by):
                    _machine.NoteLate(by);
                    break;
                case AgentLine.Attached(var broker):
                    IsAttached = broker >= 0;
                    break;
            }
        }
        // Dead: nobody who asked it will be answered.
        foreach (var answer in _asked.Values) answer.TrySetCanceled();
    }
}

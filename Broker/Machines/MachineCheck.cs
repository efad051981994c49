using System.Globalization;
using VdiBroker.Checks;

namespace VdiBroker.Machines;

/// <summary>Tries the machines without an agent: is each there, and is it the declared one? Those with an agent are tried with the hosts.</summary>
internal static class MachineCheck
{
    /// <summary>Tries all of them at once.</summary>
    public static async Task<IReadOnlyList<CheckFinding>> RunAsync(MachineCatalogue machines, CancellationToken cancel) =>
        await Task.WhenAll(machines.Machines.Values.Where(machine => !machine.HasAgent).OrderBy(machine => machine.Id.Value, StringComparer.Ordinal).Select(machine => TryAsync(machine, cancel)));

    private static async Task<CheckFinding> TryAsync(Machine machine, CancellationToken cancel)
    {
        var (what, where) = ($"machine {machine.Id}", string.Create(CultureInfo.InvariantCulture, $"{machine.Address}:{machine.Port}"));
        return await MachineProbe.AskAsync(machine, cancel) switch
        {
            MachineAnswer.Ready(var nla) => CheckFinding.Good(what, where, nla ? "is there, with its declared certificate; checks the password before it shows a picture" : "is there, with its declared certificate"),
            MachineAnswer.OtherCertificate(var shown) => CheckFinding.Bad(what, where, $"shows another certificate than the declared one, SHA-256 {shown}: its owner is refused",
                "was the machine installed anew, or its certificate renewed? Make sure that it is the machine, then write this as its 'certificate'"),
            MachineAnswer.NotThere(var cause) when machine.Wake is { } wake => CheckFinding.Warning(what, where, $"is not there now: {cause}", $"nothing, if it is only switched off: it is woken ({wake.Mac} by {wake.Broadcast}) when its owner comes"),
            MachineAnswer.NotThere(var cause) => CheckFinding.Warning(what, where, $"is not there now: {cause}", "nothing, if it may be off: its owner is refused then. Give it 'mac' and 'broadcast', and it is woken"),
            _ => throw new InvalidOperationException("an answer that nobody gives"),
        };
    }
}

using System.Runtime.CompilerServices;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Records;
using VdiBroker.Rpc;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>Opens a person's desktop and notes how it went: beside the answers, at no cost to them.</summary>
internal sealed class RecordedOpening(OpenDesktop open, RecordWriter records, StreamsEnd ending)
{
    /// <summary>Runs <see cref="OpenDesktop"/>; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    /// <returns>Its steps; a refusal bears the reference under which its record is found.</returns>
    public async IAsyncEnumerable<OpeningStep> RunAsync(OpenRequested request, [EnumeratorCancellation] CancellationToken cancel)
    {
        var notes = new OpeningNotes(records, request);
        var steps = open.RunAsync(request with { Notes = notes }, cancel).GetAsyncEnumerator(cancel);
        try
        {
            while (await NextAsync(steps, notes))
            {
                var step = steps.Current is OpeningStep.Refused refused ? refused with { Reference = References.Draw() } : steps.Current;
                // Who opens over and over is sent away as by a gate, and leaves no records.
                if (step is not OpeningStep.Refused { Code: ErrorCode.ComeBack }) notes.Tells(step);
                yield return step;
            }
        }
        finally
        {
            await steps.DisposeAsync();
            // The station may also go while a step is written to it.
            notes.Ends(ending.Token.IsCancellationRequested);
        }
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<OpeningStep> steps, OpeningNotes notes)
    {
        try
        {
            return await steps.MoveNextAsync();
        }
        catch (StoreOutOfReachException fault)
        {
            notes.Fails(References.Of(fault));
            throw;
        }
    }
}

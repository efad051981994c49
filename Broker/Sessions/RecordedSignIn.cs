using System.Diagnostics;
using VdiBroker.Kernel;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Records;
using VdiBroker.Rpc;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>Signs a person in and notes how it went: beside the answer, at no cost to it.</summary>
internal sealed class RecordedSignIn(SignInPerson signIn, BeginVisit visit, RecordWriter records)
{
    /// <summary>Runs <see cref="SignInPerson"/>; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    /// <returns>A refusal bears the reference under which its record is found.</returns>
    public Task<SignInOutcome> RunAsync(SignInRequested request, CancellationToken cancel) => RunAsync(request, () => signIn.RunAsync(request, cancel));

    /// <summary>Runs <see cref="BeginVisit"/>; as above.</summary>
    public Task<SignInOutcome> VisitAsync(StationId station, string language) => RunAsync(new SignInRequested("", "", station), () => visit.RunAsync(station, language));

    private async Task<SignInOutcome> RunAsync(SignInRequested request, Func<Task<SignInOutcome>> run)
    {
        var asked = Stopwatch.GetTimestamp();
        try
        {
            var outcome = await run();
            if (outcome is SignInOutcome.SignedIn { Person: { } person } done)
            {
                records.Note(RecordId.Of(done.Serial), new Fact.SignedIn(done.Serial, person, request.Station, done.Took, done.Limited));
                return outcome;
            }
            // Told before anything was begun, as by a gate: a crowd leaves no records, and a loop neither.
            if (outcome is SignInOutcome.ComeBack) return outcome;
            var refused = outcome with { Reference = References.Draw() };
            Note(request, new Fact.Tried(request.Station, refused.Person, Stopwatch.GetElapsedTime(asked)), new Fact.Refused((int)StationRefusals.CodeOf(refused), refused.Reference, GroundOf(refused)));
            return refused;
        }
        catch (StoreOutOfReachException fault)
        {
            Note(request, new Fact.Tried(request.Station, null, Stopwatch.GetElapsedTime(asked)), new Fact.Refused((int)ErrorCode.StoreOutOfReach, References.Of(fault), ""));
            throw;
        }
    }

    private void Note(SignInRequested request, Fact.Tried tried, Fact.Refused refusal)
    {
        var record = RecordId.Of(refusal.Reference);
        // Nobody typed a name where there is none to type.
        records.Note(record, tried.Person is null && request.Login.Length > 0 ? tried with { Name = RecordKey.OfUnknownName(request.Login).Value } : tried);
        records.Note(record, refusal);
    }

    private static string GroundOf(SignInOutcome outcome) => outcome switch
    {
        SignInOutcome.Rejected(var ground) => ground.ToString(),
        SignInOutcome.OutOfReach(var cause) => cause,
        SignInOutcome.NoEntitlement { AccountTaken: true } => "AccountTaken",
        _ => "",
    };
}

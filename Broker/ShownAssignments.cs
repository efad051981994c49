using System.Collections.Immutable;
using System.Text.Json.Nodes;
using VdiBroker.Kernel;
using VdiBroker.Records;
using VdiBroker.Sessions;

namespace VdiBroker;

/// <summary>The answer of <c>broker assignment list</c>.</summary>
/// <param name="Rows">What was assigned, with the first opening or by hand.</param>
/// <param name="Declared">Machines that are somebody's by the city file, where nothing was assigned.</param>
/// <param name="Names">Of people, as far as a directory told.</param>
/// <param name="Voice">In which language.</param>
internal sealed record ShownAssignments(ImmutableArray<AssignmentRow> Rows, ImmutableArray<AssignmentRow> Declared, ImmutableDictionary<PersonId, string> Names, Voice Voice)
{
    /// <summary>For people: one line for each.</summary>
    public string Text() => Rows.Length + Declared.Length == 0 ? Voice.Choose("rien n'est attribué à personne", "nothing is assigned to anybody")
        : string.Join('\n', Rows.Select(row => Line(row, "")).Concat(Declared.Select(row => Line(row, Voice.Choose(", d'après le fichier de la ville", ", by the city file")))).Select(Printable.Of));

    /// <summary>For programs.</summary>
    public string Json() => new JsonArray([.. Rows.Select(row => (JsonNode)Object(row, "assigned")), .. Declared.Select(row => (JsonNode)Object(row, "declared"))]).ToJsonString(ShownHosts.Readable);

    private string Line(AssignmentRow row, string by)
    {
        var name = Names.TryGetValue(row.Person, out var known) ? $" ({known})" : "";
        var desktop = row.Desktop switch
        {
            null => "",
            { } live when live.Host == row.Host => Voice.Choose(", son bureau est en cours", ", their desktop is running"),
            { } live => Voice.Choose($", son bureau en cours est encore sur {live.Host}", $", their running desktop is still on {live.Host}"),
        };
        return $"{row.Pool}: {row.Person}{name}: {row.Host}{by}{desktop}";
    }

    private static JsonObject Object(AssignmentRow row, string by) => new()
    {
        ["pool"] = row.Pool.Value,
        ["person"] = row.Person.Value,
        ["host"] = row.Host.Value,
        ["by"] = by,
        ["running_on"] = row.Desktop?.Host.Value,
        ["session"] = row.Desktop?.Id.Value,
    };
}

/// <summary>The answer of a change.</summary>
/// <param name="Verb">give, take or move.</param>
/// <param name="At">What was wanted.</param>
/// <param name="Change">What came of it.</param>
/// <param name="Voice">In which language.</param>
internal sealed record ShownAssignmentChange(string Verb, Wanted At, AssignmentChange Change, Voice Voice)
{
    /// <summary>It was made.</summary>
    public bool IsDone => Change is AssignmentChange.Done;

    /// <summary>For people: what holds now, or why not and what to do.</summary>
    public string Text() => Change switch
    {
        AssignmentChange.Done(var before) when At.Host is null => Voice.Choose($"{At.Pool.Id}: {before} n'est plus à {At.Person}", $"{At.Pool.Id}: {before} is no longer {At.Person}'s") + Later(),
        AssignmentChange.Done(var before) => Voice.Choose($"{At.Pool.Id}: {At.Host} est à {At.Person}", $"{At.Pool.Id}: {At.Host} is {At.Person}'s") + (before is null ? "" : Voice.Choose($", à la place de {before}", $", in the place of {before}")) + Later(),
        AssignmentChange.None => Voice.Choose($"{At.Pool.Id}: rien n'est attribué à {At.Person} ; pour attribuer : broker assignment give", $"{At.Pool.Id}: nothing is assigned to {At.Person}; to assign: broker assignment give"),
        AssignmentChange.Has(var host) when host == At.Host => Voice.Choose($"{At.Pool.Id}: {host} est déjà à {At.Person}", $"{At.Pool.Id}: {host} is {At.Person}'s already"),
        AssignmentChange.Has(var host) => Voice.Choose($"{At.Pool.Id}: {At.Person} a déjà {host} ; pour le changer : broker assignment move", $"{At.Pool.Id}: {At.Person} has {host} already; to change it: broker assignment move"),
        AssignmentChange.Full => Voice.Choose($"{At.Pool.Id}: chacune des {At.Seats} places de {At.Host} a déjà son propriétaire (broker assignment list)", $"{At.Pool.Id}: each of the {At.Seats} seats of {At.Host} has an owner already (broker assignment list)"),
        AssignmentChange.Runs(var host, var session) => Voice.Choose(
            $"{At.Pool.Id}: rien n'est changé, le bureau de {At.Person} est en cours sur {host} (session {session}). Attendez qu'il soit fermé, ou dites --when-ended : il continue jusqu'à sa fin, le suivant suivra",
            $"{At.Pool.Id}: nothing is changed, {At.Person}'s desktop is running on {host} (session {session}). Wait until it is closed, or say --when-ended: it goes on until its end, the next one follows"),
        _ => "?",
    };

    /// <summary>For programs.</summary>
    public string Json() => new JsonObject
    {
        ["done"] = IsDone,
        ["why"] = Change switch { AssignmentChange.Done => null, AssignmentChange.None => "nothing-assigned", AssignmentChange.Has => "has", AssignmentChange.Full => "full", _ => "desktop-runs" },
        ["pool"] = At.Pool.Id.Value,
        ["person"] = At.Person.Value,
        ["host"] = At.Host?.Value,
        ["before"] = Change switch { AssignmentChange.Done(var before) => before?.Value, AssignmentChange.Has(var host) => host.Value, _ => null },
        ["running_on"] = Change is AssignmentChange.Runs(var on, _) ? on.Value : null,
        ["session"] = Change is AssignmentChange.Runs(_, var id) ? id.Value : null,
    }.ToJsonString(ShownHosts.Readable);

    private string Later() => At.WhenEnded ? Voice.Choose(" ; un bureau en cours continue jusqu'à sa fin", "; a running desktop goes on until its end") : "";
}

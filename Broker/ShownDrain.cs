using System.Collections.Immutable;
using System.Text.Json.Nodes;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Records;
using VdiBroker.Sessions;

namespace VdiBroker;

/// <summary>The answer of <c>broker host drain</c>: whom it concerns, until when, and where they could go.</summary>
internal sealed record ShownDrain(HostDrain Drain, DrainConcerns Concerns, ImmutableDictionary<PersonId, string> Names, bool Rehearsed, Voice Voice)
{
    private ImmutableArray<DrainedPerson> People => Concerns.People;

    private int Without => People.Count(one => one.Elsewhere is null);

    /// <summary>For people.</summary>
    public string Text()
    {
        var lines = new List<string> { Head() };
        lines.AddRange(People.Select(Line));
        lines.AddRange(Unread(Concerns.Unread, Voice).Select(line => line + Voice.Choose(" ; personne ne le prévient", "; nobody warns them")));
        if (People.Length > 0 && (Without > 0 || Concerns.Unread.IsEmpty)) lines.Add(Seats());
        if (!Rehearsed) lines.Add(Voice.Choose($"pour annuler : broker host undrain {Drain.Host}", $"to take it back: broker host undrain {Drain.Host}"));
        return string.Join('\n', lines.Select(Printable.Of));
    }

    /// <summary>For programs.</summary>
    public string Json()
    {
        var shown = Object(Drain);
        shown["host"] = Drain.Host.Value;
        shown["rehearsed"] = Rehearsed;
        shown["without_seat"] = Without;
        shown["people"] = new JsonArray([.. People.Select(one =>
        {
            var person = Object(one.Session, Names);
            person["until"] = one.Until;
            person["elsewhere"] = one.Elsewhere?.Value;
            return (JsonNode)person;
        })]);
        shown["unread"] = Unread(Concerns.Unread);
        return shown.ToJsonString(ShownHosts.Readable);
    }

    /// <summary>Accounts that have a seat, of somebody whom nobody knows.</summary>
    public static IEnumerable<string> Unread(ImmutableArray<string> accounts, Voice voice) => accounts.Select(account => voice.Choose(
        $"  compte {account} : QUELQU'UN, sa session ne se lit pas dans la base (voir le journal, 1031)",
        $"  account {account}: SOMEBODY, the session cannot be read in the store (see the log, 1031)"));

    /// <summary>The same for programs.</summary>
    public static JsonArray Unread(ImmutableArray<string> accounts) => new([.. accounts.Select(account => (JsonNode)account)]);

    /// <summary>A drain that was taken back, for programs.</summary>
    public static string TakenBack(HostDrain drain)
    {
        var shown = Object(drain);
        shown["host"] = drain.Host.Value;
        shown["taken_back"] = true;
        return shown.ToJsonString(ShownHosts.Readable);
    }

    /// <summary>A drain for programs; of one that cannot be read only that, and what is wrong.</summary>
    public static JsonObject Object(HostDrain drain) => drain.IsUnreadable ? new() { ["unreadable"] = true, ["why"] = drain.Why } : new()
    {
        ["from"] = drain.From,
        ["ends"] = drain.EndsAt,
        ["until"] = drain.Until,
        ["by"] = drain.By,
        ["why"] = drain.Why,
    };

    /// <summary>A person on a host, for programs.</summary>
    public static JsonObject Object(Session session, ImmutableDictionary<PersonId, string> names) => new()
    {
        ["person"] = session.Person.Value,
        ["name"] = names.GetValueOrDefault(session.Person),
        ["pool"] = session.Pool.Value,
        ["session"] = session.Id.Value,
        ["state"] = session.Phase.ToString().ToLowerInvariant(),
        ["station"] = session.Station.Value,
    };

    /// <summary>A person by name, as far as it is known.</summary>
    public static string Who(PersonId person, ImmutableDictionary<PersonId, string> names) => names.TryGetValue(person, out var name) ? $"{name} ({person})" : person.Value;

    /// <summary>Whether they are at a screen.</summary>
    public static string Phase(Session session, Voice voice) => session.Phase switch
    {
        SessionPhase.Active => voice.Choose($"à l'écran de {session.Station}", $"at the screen of {session.Station}"),
        SessionPhase.Opening => voice.Choose($"arrive à {session.Station}", $"arriving at {session.Station}"),
        SessionPhase.Disconnected => voice.Choose("sur aucun écran", "on nobody's screen"),
        _ => voice.Choose("se ferme", "being closed"),
    };

    private string Head()
    {
        var (at, ends) = (Voice.Moment(Drain.From), Voice.Moment(Drain.EndsAt));
        var head = Rehearsed ? Voice.Choose($"si {Drain.Host} est retiré le {at}", $"if {Drain.Host} drains on {at}") : Voice.Choose($"{Drain.Host} sera retiré le {at}", $"{Drain.Host} drains on {at}");
        var back = Drain.Until is { } until ? Voice.Choose($" (il reprend le {Voice.Moment(until)})", $" (it is back on {Voice.Moment(until)})") : "";
        return People.Length switch
        {
            0 when Concerns.Unread.Length > 0 => head + back,
            0 => head + back + Voice.Choose(" : personne n'y est maintenant", ": nobody is there now"),
            1 => head + back + Voice.Choose($" : cette personne, qui a jusqu'au {ends} au plus tard", $": this person, who has until {ends} at the latest"),
            _ => head + back + Voice.Choose($" : ces {People.Length} personnes, qui ont jusqu'au {ends} au plus tard", $": these {People.Length} people, who have until {ends} at the latest"),
        };
    }

    private string Line(DrainedPerson one) => "  " + string.Join(", ",
        Who(one.Session.Person, Names), one.Session.Pool.Value, Phase(one.Session, Voice),
        Voice.Choose("jusqu'à ", "until ") + Voice.Clock(one.Until)[..5],
        one.Elsewhere is { } host ? Voice.Choose($"une place sur {host}", $"a seat on {host}") : Voice.Choose("AUCUNE PLACE AILLEURS", "NO SEAT ELSEWHERE"));

    private string Seats() => Without switch
    {
        0 => Voice.Choose("les autres serveurs ont une place pour tous", "the other hosts have a seat for everybody"),
        1 => Voice.Choose("les autres serveurs n'ont pas de place pour une personne", "the other hosts have no seat for one person"),
        var n => Voice.Choose($"les autres serveurs n'ont pas de place pour {n} personnes", $"the other hosts have no seat for {n} people"),
    };
}

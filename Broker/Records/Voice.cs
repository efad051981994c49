using System.Globalization;
using VdiBroker.Kernel;
using VdiBroker.Pools;

namespace VdiBroker.Records;

/// <summary>How something is told: in which language, by which clock on the wall, with which names of desktops.</summary>
/// <param name="Language">IETF tag; French unless it starts with "en".</param>
/// <param name="Zone">Of the times told.</param>
/// <param name="Pools">Names of desktops.</param>
internal sealed record Voice(string Language, TimeZoneInfo Zone, PoolCatalogue Pools)
{
    private static readonly CultureInfo _french = CultureInfo.GetCultureInfo("fr-FR");
    private static readonly CultureInfo _english = CultureInfo.GetCultureInfo("en-GB");

    private CultureInfo Culture => VdiBroker.Rpc.Language.IsEnglish(Language) ? _english : _french;

    /// <summary>One of two sentences.</summary>
    public string Choose(string french, string english) => VdiBroker.Rpc.Language.Choose(Language, french, english);

    /// <summary>One of two sentences.</summary>
    public string Choose((string French, string English) words) => Choose(words.French, words.English);

    /// <summary>The name of a desktop, in quotation marks; its id where the city file has it no more.</summary>
    public string Pool(PoolId? pool)
    {
        if (pool is not { } id) return Choose("votre bureau", "your desktop");
        var name = Pools.Pools.TryGetValue(id, out var known) ? known.NameIn(Language) : id.Value;
        return Choose($"votre bureau « {name} »", $"your desktop \"{name}\"");
    }

    /// <summary>Day and time: <c>mardi 19 mai 2026 à 08:31</c>.</summary>
    public string Moment(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone).ToString(Choose("dddd d MMMM yyyy 'à' HH:mm", "dddd d MMMM yyyy 'at' HH:mm"), Culture);

    /// <summary>Time of day to the millisecond.</summary>
    public string Clock(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>A length of time as people say it: <c>420 ms</c>, <c>3,2 s</c>, <c>2 min 05 s</c>, <c>1 h 20 min</c>.</summary>
    public string Span(TimeSpan time) => time switch
    {
        { TotalMilliseconds: < 999.5 } => string.Create(Culture, $"{time.TotalMilliseconds:0} ms"),
        { TotalSeconds: < 59.95 } => string.Create(Culture, $"{time.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => string.Create(Culture, $"{(int)time.TotalMinutes} min {time.Seconds:00} s"),
        _ => string.Create(Culture, $"{(int)time.TotalHours} h {time.Minutes:00} min"),
    };

    /// <summary>A number with the language's own comma.</summary>
    public string Number(double number) => number.ToString("0.00", Culture);

    /// <summary>How many seats are taken: in French one is singular, and so is none.</summary>
    public string SeatsTaken(int taken, int seats) => Choose($"{taken} {(taken < 2 ? "place prise" : "places prises")} sur {seats}", $"{taken} of {seats} seats taken");
}

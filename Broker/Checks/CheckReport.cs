using System.Text.Json;
using System.Text.Json.Serialization;

namespace VdiBroker.Checks;

/// <summary>All findings of one check, for people and for programs.</summary>
internal sealed class CheckReport
{
    private readonly List<CheckFinding> _findings = [];

    /// <summary>All of them, in the order of their coming.</summary>
    public IReadOnlyList<CheckFinding> Findings => _findings;

    /// <summary>0: all good or warnings alone; 1: something does not work.</summary>
    public int ExitCode => _findings.Any(finding => finding.Verdict == CheckVerdict.Bad) ? 1 : 0;

    /// <summary>Adds one.</summary>
    public void Add(CheckFinding finding) => _findings.Add(finding);

    /// <summary>How many of each.</summary>
    public string Summary => $"{Count(CheckVerdict.Good)} good, {Count(CheckVerdict.Warning)} warnings, {Count(CheckVerdict.Bad)} bad";

    /// <summary>One finding as text: while the check is under way.</summary>
    public static void Write(TextWriter output, CheckFinding finding)
    {
        output.WriteLine($"{Word(finding.Verdict),-4} {finding.What} ({finding.Where}): {finding.Message}");
        if (finding.Remedy.Length > 0) output.WriteLine($"       → {finding.Remedy}");
    }

    /// <summary>One JSON object: <c>good</c>, <c>warnings</c>, <c>bad</c> and <c>findings</c>.</summary>
    public void WriteJson(TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new CheckJson(Count(CheckVerdict.Good), Count(CheckVerdict.Warning), Count(CheckVerdict.Bad), _findings), CheckJsonContext.Default.CheckJson));

    private int Count(CheckVerdict verdict) => _findings.Count(finding => finding.Verdict == verdict);

    private static string Word(CheckVerdict verdict) => verdict switch
    {
        CheckVerdict.Good => "ok",
        CheckVerdict.Warning => "warn",
        _ => "BAD",
    };
}

/// <summary>What <c>broker check --json</c> prints.</summary>
internal sealed record CheckJson(int Good, int Warnings, int Bad, IReadOnlyList<CheckFinding> Findings);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CheckJson))]
internal sealed partial class CheckJsonContext : JsonSerializerContext;

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VdiBroker.Bench;

/// <summary>Figures in the order they were measured: a table for people, JSON for programs, the machine in both.</summary>
internal sealed class Report
{
    private readonly List<(string Name, double Value, string Meaning)> _figures = [];

    /// <summary>Adds one figure.</summary>
    /// <param name="name">JSON field.</param>
    /// <param name="value">The value.</param>
    /// <param name="meaning">What it is, with its unit.</param>
    public void Add(string name, double value, string meaning) => _figures.Add((name, value, meaning));

    /// <summary>Adds how loaded the machine is now: figures without it say little.</summary>
    public void AddLoad(string name) => Add(name, Load(), "load of the machine (1 min) when this part began");

    /// <summary>Load of the machine now, over a minute.</summary>
    public static double Load() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>Prints the table and, when asked, writes the JSON.</summary>
    public void Write(TextWriter output, FileInfo? json)
    {
        var machine = Machine();
        output.WriteLine(machine);
        foreach (var (name, value, meaning) in _figures) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-50}{value,12:0.###}  {meaning}"));
        if (json is null) return;
        var fields = new JsonObject(_figures.Select(figure => KeyValuePair.Create(figure.Name, (JsonNode?)JsonValue.Create(figure.Value)))) { ["machine"] = machine };
        File.WriteAllText(json.FullName, fields.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim();
        return string.Create(CultureInfo.InvariantCulture, $"{model ?? "unknown"}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, load {Load():0.00} at the end");
    }
}

using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace VdiBroker.CityFile;

/// <summary>Something wrong in the city file.</summary>
/// <param name="Line">From 1; 0 = the file as a whole.</param>
/// <param name="Message">What is wrong and what to do.</param>
internal sealed record CityFault(int Line, string Message);

/// <summary>
/// The city file while it is read: rooms take their sections out of it and add what they find wrong, so that every fault is told at once, each with its
/// line.
/// </summary>
internal sealed class CityDocument
{
    private readonly List<CityFault> _faults = [];

    private CityDocument(string path, CityMap? root)
    {
        Path = path;
        Folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        Root = root ?? new CityMap(this, "the file", new YamlMappingNode());
    }

    /// <summary>The file, as it was named.</summary>
    public string Path { get; }

    /// <summary>Relative paths in the file start here.</summary>
    public string Folder { get; }

    /// <summary>The whole file.</summary>
    public CityMap Root { get; private set; }

    /// <summary>All that is wrong, by line.</summary>
    public IReadOnlyList<CityFault> Faults => [.. _faults.OrderBy(f => f.Line)];

    /// <summary>Reads a file; what cannot be read is a fault of the result, never an exception.</summary>
    public static CityDocument Read(string path)
    {
        var document = new CityDocument(path, null);
        try
        {
            using var text = File.OpenText(path);
            var stream = new YamlStream();
            stream.Load(text);
            if (stream.Documents is [{ RootNode: YamlMappingNode root }]) document.Root = new CityMap(document, "the file", root);
            else document.Fault(1, "the file must be one YAML mapping that starts with 'city:'");
        }
        catch (YamlException fault)
        {
            document.Fault((int)fault.Start.Line, $"not readable as YAML: {fault.Message}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            document.Fault(0, $"cannot be read: {fault.Message}");
        }
        return document;
    }

    /// <summary>Adds a fault.</summary>
    public void Fault(int line, string message) => _faults.Add(new CityFault(line, message));

    /// <summary>Every fault as <c>file:line: message</c>, one a line.</summary>
    public string FaultText() =>
        string.Join('\n', Faults.Select(f => f.Line > 0 ? $"{Path}:{f.Line}: {f.Message}" : $"{Path}: {f.Message}"));
}

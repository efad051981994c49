namespace VdiBroker.Storage;

/// <summary>Where a broker remembers what must outlive its store: small files outside it.</summary>
/// <param name="Path">The folder; made with the first file.</param>
internal sealed record StateFolder(string Path)
{
    /// <summary>Where a file of it is.</summary>
    public string FileOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This account may not.</exception>
    public void Write(string name, string text)
    {
        System.IO.Directory.CreateDirectory(Path);
        var file = FileOf(name);
        File.WriteAllText(file + ".new", text);
        File.Move(file + ".new", file, overwrite: true);
    }
}

using Mono.Cecil;

namespace VdiBroker.Conventions.Tests;

/// <summary>The repository and the compiled assemblies that the conventions look at.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    public static AssemblyDefinition Assembly(string file) => AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, file));

    /// <summary>Source files by pattern, without what the build makes.</summary>
    public static IEnumerable<string> Files(string pattern) =>
        System.IO.Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories)
            .Where(path => !Path.GetRelativePath(Root, path).Split('/').Any(part => part is "bin" or "obj" or ".git" or "artifacts"));

    public static string Relative(string path) => Path.GetRelativePath(Root, path);

    private static string FindRoot(string from) =>
        File.Exists(Path.Combine(from, "VdiBroker.sln")) ? from : FindRoot(Path.GetDirectoryName(from) ?? throw new InvalidOperationException("VdiBroker.sln is in no folder above the tests"));
}

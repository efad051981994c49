using VdiBroker.City;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using Xunit;

namespace VdiBroker.EndToEnd.Tests.Packages;

/// <summary>The three packages, built by <c>deploy/package</c> from what is published, a later build of two of them, and a Debian to install them in.</summary>
public sealed class BuiltPackages : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "vdi-packages-" + Path.GetRandomFileName());
    private DebianRoot? _debian;

    /// <summary>A city's authority, for certificates.</summary>
    public CityCertificates Certificates { get; private set; } = null!;

    /// <summary>The package's file.</summary>
    /// <param name="name">vdi-shim, vdi-agent or vdi-broker.</param>
    /// <param name="later">The later build.</param>
    public string this[string name, bool later = false] => Directory.EnumerateFiles(Path.Combine(_folder, later ? "later" : "first"), name + "_*.deb").Single();

    /// <summary>A fresh folder for a test's files.</summary>
    public string Scratch(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(_folder);
        var debian = DebianRoot.CreateAsync(Path.Combine(_folder, "roots"));
        try
        {
            await PackAsync("first");
            await PackAsync("later", "--revision", "1", "--only", "shim", "--only", "agent");
            Certificates = await CityCertificates.CreateAsync(CityPrograms.BuiltBroker, Path.Combine(_folder, "ca"), "seine-est");
        }
        finally
        {
            _debian = await debian;
        }
        await Task.WhenAll(
            PrepareAsync("vdi-shim", ", xserver-xorg-video-dummy"),
            PrepareAsync("vdi-agent", ""),
            PrepareAsync("vdi-broker", ", redis-server"));
    }

    /// <summary>A fresh Debian with what the package depends on, booted, and its package in /root.</summary>
    /// <param name="name">vdi-shim, vdi-agent or vdi-broker.</param>
    internal async Task<BootedRoot> BootAsync(string name)
    {
        var root = await _debian!.BootAsync(name);
        foreach (var later in name == "vdi-broker" ? [false] : new[] { false, true })
        {
            var package = this[name, later];
            File.Copy(package, root.File("/root/" + Path.GetFileName(package)));
        }
        return root;
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_debian is not null) await _debian.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // What it depends on by its own word, and what its test needs besides.
    private async Task PrepareAsync(string name, string beside) =>
        await _debian!.PrepareAsync(name, (await Tool.OutputAsync("dpkg-deb", "--field", this[name], "Depends")).Trim() + beside);

    private async Task PackAsync(string folder, params string[] more)
    {
        var answer = await Tool.RunAsync(Path.Combine(CityPrograms.Root(), "deploy/package"), ["--no-build", "--quick", "--out", Path.Combine(_folder, folder), .. more], deadline: TimeSpan.FromMinutes(5));
        Assert.True(answer.Status == 0, answer.Output + answer.Error);
    }
}

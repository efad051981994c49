using System.CommandLine;
using System.Globalization;
using System.Text;
using VdiBroker.Profiles;
using VdiBroker.Storage;

namespace VdiBroker;

/// <summary><c>broker profile export</c> and <c>import</c>.</summary>
internal static class ProfileTransferCommands
{
    private const int SomeRefused = 1;

    /// <summary>What a file is in.</summary>
    private enum TransferFormat
    {
        Csv,
        Ldif,
    }

    private enum Separator
    {
        Comma,
        Semicolon,
    }

    /// <summary><c>broker profile export</c>.</summary>
    public static Command Export()
    {
        var (config, format, file) = (OpenedCity.ConfigOption(), Format(), new Argument<string>("FILE") { Description = "made; must not be there yet" });
        var separator = new Option<Separator>("--separator") { Description = "comma, or semicolon for a French Excel; CSV only" };
        var command = new Command("export", "write everybody's own choices to a file") { file, format, separator, config };
        command.SetAction((parsed, cancel) => OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
        {
            var path = parsed.GetRequiredValue(file);
            await using var stream = Fresh(path);
            try
            {
                // The mark is for Excel; LDIF has none.
                await using var text = new StreamWriter(stream, new UTF8Encoding(parsed.GetRequiredValue(format) == TransferFormat.Csv)) { NewLine = "\n" };
                var people = new ExportProfiles(new ProfileStore(city.Store, city.Keys)).RunAsync(cancel);
                if (parsed.GetRequiredValue(format) == TransferFormat.Ldif) return await WriteAsync(people, new LdifProfileWriter(text).Write, path);
                using var csv = new CsvProfileWriter(text, parsed.GetValue(separator) == Separator.Semicolon ? ';' : ',');
                return await WriteAsync(people, csv.Write, path);
            }
            catch (Exception fault) when (fault is StoreOutOfReachException or OperationCanceledException)
            {
                // Half of the people in a file that looks whole would be lost silently.
                File.Delete(path);
                if (fault is StoreOutOfReachException) throw;
                return OpenedCity.Complain("interrupted; no file is left", SomeRefused);
            }
        }));
        return command;
    }

    /// <summary><c>broker profile import</c>.</summary>
    public static Command Import()
    {
        var (config, format, file) = (OpenedCity.ConfigOption(), Format(), new Argument<FileInfo>("FILE") { Description = "read" });
        var rejects = new Option<string?>("--rejects") { Description = "takes every refused line as it is, to be put right and imported again; must not be there yet" };
        var dryRun = new Option<bool>("--dry-run") { Description = "say what would be, change nothing" };
        var quiet = new Option<bool>("--quiet") { Description = "tell of refused lines only" };
        var command = new Command("import", "read people's choices from a file; each line is accepted or refused alone") { file, format, rejects, dryRun, quiet, config };
        command.SetAction((parsed, cancel) => OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
        {
            var from = parsed.GetRequiredValue(file);
            await using var stream = from.OpenRead();
            await using var report = new ImportReport(parsed.GetValue(rejects) is { } path ? new RejectsFile(path, Fresh(path)) : null, parsed.GetValue(quiet));
            try
            {
                var read = parsed.GetRequiredValue(format) == TransferFormat.Ldif ? LdifProfiles.Open(stream) : CsvProfiles.Open(stream);
                report.Begin(read);
                var order = new ImportOrder($"{ProfileCommands.Operator}, {from.Name}", parsed.GetValue(dryRun));
                await foreach (var line in new ImportProfiles(new ProfileStore(city.Store, city.Keys), city.Plan.Tenants).RunAsync(read, order, cancel)) report.Tell(line);
            }
            catch (UnreadableFileException fault)
            {
                return OpenedCity.Complain(Printable.Of($"{from.FullName}: {fault.Message}"), OpenedCity.BadInput);
            }
            catch (StoreOutOfReachException fault)
            {
                report.End(parsed.GetValue(dryRun));
                return OpenedCity.Complain(string.Create(CultureInfo.InvariantCulture, $"stopped behind line {report.LastLine}: {fault.Message}. Import the whole file again: what is done already is told as unchanged."), OpenedCity.StoreOutOfReach);
            }
            catch (OperationCanceledException)
            {
                report.End(parsed.GetValue(dryRun));
                return OpenedCity.Complain(string.Create(CultureInfo.InvariantCulture, $"interrupted behind line {report.LastLine}. Import the whole file again: what is done already is told as unchanged."), SomeRefused);
            }
            report.End(parsed.GetValue(dryRun));
            return report.Refused > 0 ? SomeRefused : 0;
        }));
        return command;
    }

    private static Option<TransferFormat> Format() => new("--format") { Required = true, Description = "csv or ldif" };

    // Other people's settings: for the operator's eyes, and never over a file that is there.
    private static FileStream Fresh(string path) =>
        new(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });

    private static async Task<int> WriteAsync(IAsyncEnumerable<ExportedPerson> people, Action<ExportedPerson> write, string path)
    {
        var (written, unreadable, undecided) = (0, 0, 0);
        await foreach (var person in people)
        {
            if (person.Profile is null) unreadable++;
            if (person.Profile?.Undecided is not null) undecided++;
            if (!person.HasChoices) continue;
            write(person);
            written++;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{written} people with choices of their own written to {path}"));
        if (undecided > 0) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{undecided} people have values of an older broker that their next sign-in decides: those are not in the file"));
        if (unreadable > 0) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{unreadable} profiles are of a shape that this broker cannot read: those are not in the file"));
        return 0;
    }
}

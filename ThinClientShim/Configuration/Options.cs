using System.CommandLine;
using VdiBroker.Shim.Words;

namespace VdiBroker.Shim.Configuration;

/// <summary>What the command line said.</summary>
/// <param name="Config">Settings file.</param>
/// <param name="ConfigNamed">False: the file is the default one, which may be absent.</param>
/// <param name="PasswordFd">Descriptor whose first line is the password; null: ask the person.</param>
/// <param name="Once">End after one session.</param>
/// <param name="Greeter">A greeter over the whole screen in place of the terminal.</param>
/// <param name="Given">Keys given as options.</param>
internal sealed record CommandLine(string Config, bool ConfigNamed, int? PasswordFd, bool Once, bool Greeter, IReadOnlyList<Given> Given)
{
    public const string DefaultConfig = "/etc/vdi-shim.conf";
}

/// <summary>The options; each key of the settings file is one.</summary>
internal static class Options
{
    private static readonly Option<string?> Config = new("--config") { Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> PasswordFd = new("--password-fd") { Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<bool> Once = new("--once");
    private static readonly Option<bool> Greeter = new("--greeter");
    private static readonly Option<bool> Help = new("--help", "-h");
    private static readonly Option<bool> Version = new("--version");

    /// <summary>Reads the arguments; null when help or the version was asked for and printed.</summary>
    public static CommandLine? Read(string[] arguments, TextWriter screen, List<Fault> faults)
    {
        // The library only takes the line apart: its own sentences exist in one language.
        var keys = Key.All.ToDictionary(key => key, key => new Option<string[]>("--" + key.Name)
        {
            Arity = ArgumentArity.ZeroOrMore,
            AllowMultipleArgumentsPerToken = false,
        });
        var command = new Command("vdi-shim") { TreatUnmatchedTokensAsErrors = false };
        foreach (var option in (Option[])[Config, PasswordFd, Once, Greeter, Help, Version, .. keys.Values]) command.Options.Add(option);
        var parsed = command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });

        if (parsed.GetValue(Version))
        {
            screen.WriteLine(typeof(Options).Assembly.GetName().Version!.ToString(3));
            return null;
        }
        if (parsed.GetValue(Help))
        {
            ShowHelp(screen, parsed.GetValue(keys[Key.Language])?.FirstOrDefault() ?? Environment.GetEnvironmentVariable("LANG") ?? "");
            return null;
        }
        foreach (var word in parsed.UnmatchedTokens) faults.Add(new("config-unknown-option", word));
        var given = new List<Given>();
        foreach (var (key, option) in keys)
        {
            if (parsed.GetResult(option) is not { } result) continue;
            var values = parsed.GetValue(option) ?? [];
            var where = "--" + key.Name;
            if (values.Length < result.IdentifierTokenCount) faults.Add(new("config-empty", where, key.Name));
            if (values.Length > 1 && !key.Repeatable) faults.Add(new("config-twice", where, key.Name, where));
            given.AddRange(values.Select(value => new Given(key, value.Trim(), where, Environment.CurrentDirectory)));
        }
        var config = parsed.GetValue(Config);
        if (config is null && parsed.GetResult(Config) is not null) faults.Add(new("config-empty", "--config", "config"));
        return new(config ?? CommandLine.DefaultConfig, config is not null, Descriptor(parsed, faults), parsed.GetValue(Once), parsed.GetValue(Greeter), given);
    }

    private static int? Descriptor(ParseResult parsed, List<Fault> faults)
    {
        if (parsed.GetResult(PasswordFd) is null) return null;
        var value = parsed.GetValue(PasswordFd) ?? "";
        if (int.TryParse(value, out var number) && number >= 0 && (number == 0 || Path.Exists($"/proc/self/fd/{number}"))) return number;
        faults.Add(new("config-bad-number", "--password-fd", value));
        return null;
    }

    private static void ShowHelp(TextWriter screen, string language)
    {
        var words = Wording.Of(language.Length >= 2 ? language[..2] : Wording.Default) ?? Wording.Of(Wording.Default)!;
        screen.WriteLine(words["help-usage"]);
        screen.WriteLine();
        foreach (var name in (string[])["config", "password-fd", "once", "greeter", .. Key.All.Select(key => key.Name), "help", "version"])
            screen.WriteLine($"  --{name,-14}{words["help-" + name, string.Join(", ", Wording.Languages)]}");
    }
}

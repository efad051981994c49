using System.CommandLine;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Sessions;

namespace VdiBroker;

/// <summary><c>broker refresh</c>: rights changed in the directory count at once.</summary>
internal static class RefreshCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var config = OpenedCity.ConfigOption();
        var person = new Argument<string?>("PERSON") { Arity = ArgumentArity.ZeroOrOne, Description = "tenant/login, as 'broker whois' shows it" };
        var all = new Option<bool>("--all") { Description = "everybody" };
        var command = new Command("refresh", "have rights read anew from the directory before the next opening") { person, all, config };
        command.SetAction((parsed, cancel) => OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
        {
            var named = parsed.GetValue(person);
            if (named is null != parsed.GetValue(all)) return OpenedCity.Complain("say one of: a PERSON (tenant/login), --all", OpenedCity.BadInput);
            if (named is not null && (new PersonId(named) is var wanted && (wanted.Login.Length == 0 || wanted.Login == named || !city.Plan.Tenants.Tenants.ContainsKey(wanted.Tenant))))
                return OpenedCity.Complain($"'{named}' is not tenant/login with a tenant of the city file ({string.Join(", ", city.Plan.Tenants.Tenants.Keys)})", OpenedCity.BadInput);
            var (whose, word) = named is null ? (null, "") : await SpelledAsync(city, named, cancel);
            await new RefreshRights(city.Store, city.Keys).RunAsync(whose, ProfileCommands.Operator);
            Console.WriteLine(whose is null ? "everybody's rights are read anew before their next opening" : $"the rights of {whose} are read anew before their next opening{word}");
            return 0;
        }));
        return command;
    }

    // The mark is under the id as the directory spells it. Who has gone from the directory has rights to lose too.
    private static async Task<(PersonId? Whose, string Word)> SpelledAsync(OpenedCity city, string named, CancellationToken cancel)
    {
        var slash = named.IndexOf('/', StringComparison.Ordinal);
        await using var directories = new CityDirectories(city.Plan);
        return await directories.LookUp.RunAsync(new TenantId(named[..slash]), named[(slash + 1)..], cancel) switch
        {
            Lookup.Found(var person, _) => (person.Id, ""),
            Lookup.Nobody => (new PersonId(named), "; the directory knows nobody of that name now, so it must be spelled as it was"),
            _ => (new PersonId(named), "; the directory did not answer, so it must be spelled as the directory does"),
        };
    }
}

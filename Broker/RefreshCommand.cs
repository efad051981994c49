using System.CommandLine;
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
        command.SetAction((parsed, _) => OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
        {
            var named = parsed.GetValue(person);
            if (named is null != parsed.GetValue(all)) return OpenedCity.Complain("say one of: a PERSON (tenant/login), --all", OpenedCity.BadInput);
            if (named is not null && (new PersonId(named) is var wanted && (wanted.Login.Length == 0 || wanted.Login == named || !city.Plan.Tenants.Tenants.ContainsKey(wanted.Tenant))))
                return OpenedCity.Complain($"'{named}' is not tenant/login with a tenant of the city file ({string.Join(", ", city.Plan.Tenants.Tenants.Keys)})", OpenedCity.BadInput);
            await new RefreshRights(city.Store, city.Keys).RunAsync(named is null ? null : new PersonId(named), ProfileCommands.Operator);
            Console.WriteLine(named is null ? "everybody's rights are read anew before their next opening" : $"the rights of {named} are read anew before their next opening");
            return 0;
        }));
        return command;
    }
}

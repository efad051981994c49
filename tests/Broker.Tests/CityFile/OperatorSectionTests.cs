using VdiBroker.CityFile;
using VdiBroker.Kernel;
using VdiBroker.Tenancy;
using Xunit;

namespace VdiBroker.Broker.Tests.CityFile;

public sealed class OperatorSectionTests : IDisposable
{
    private const string Tenants = "tenants: [{ id: drancy, name: Drancy }, { id: dugny, name: Dugny }]\n";

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Operators_look_after_their_tenants_or_after_all()
    {
        var (operators, faults) = Read("operators: [{ name: assistance, tenants: [drancy] }, { name: astreinte, tenants: all }]");
        Assert.Empty(faults);
        var (helpdesk, onCall) = (operators.Find("assistance")!, operators.Find("astreinte")!);
        Assert.True(helpdesk.MayRead(new TenantId("drancy")));
        Assert.False(helpdesk.MayRead(new TenantId("dugny")));
        Assert.False(helpdesk.MayRead(null));
        Assert.True(onCall.MayRead(new TenantId("dugny")) && onCall.MayRead(null) && onCall.IsOfAll);
        Assert.Null(operators.Find("parti"));
    }

    [Fact]
    public void A_city_without_operators_has_none() => Assert.Empty(Read("").Operators.Operators);

    [Theory]
    [InlineData("operators: [{ name: Jean D, tenants: [drancy] }]", "must be lower-case letters")]
    [InlineData("operators: [{ name: a, tenants: [drancy] }, { name: a, tenants: [dugny] }]", "there are two operators 'a'")]
    [InlineData("operators: [{ name: a, tenants: [pantin] }]", "there is no tenant 'pantin' (tenants: ")]
    [InlineData("operators: [{ name: a, tenants: [all, drancy] }]", "there is no tenant 'all'")]
    [InlineData("operators: [{ name: a }]", "'tenants' must be a list with at least one item")]
    [InlineData("operators: [{ name: a, tenants: [drancy], may: everything }]", "may")]
    public void What_is_wrong_is_named(string section, string says) => Assert.Contains(says, Assert.Single(Read(section).Faults), StringComparison.Ordinal);

    private (OperatorCatalogue Operators, IReadOnlyList<string> Faults) Read(string section)
    {
        File.WriteAllText(_file, Tenants + section + "\n");
        var document = CityDocument.Read(_file);
        var operators = OperatorCatalogue.Read(document, TenantCatalogue.Read(document));
        document.Root.Close();
        return (operators, [.. document.Faults.Select(fault => fault.ToString())]);
    }
}

using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Machines;
using Xunit;

namespace VdiBroker.Domain.Tests.Machines;

public sealed class OwnershipTests
{
    private static readonly PersonId _amelie = new("drancy/amelie");
    private static readonly ImmutableArray<Machine> _machines =
    [
        new(new HostId("pc-1"), "10.0.0.1", 3389, "") { Owners = [_amelie] },
        new(new HostId("pc-2"), "10.0.0.2", 3389, ""),
    ];

    [Theory]
    [InlineData("drancy/amelie", null, "pc-1")]
    [InlineData("drancy/amelie", "pc-2", "pc-2")]
    [InlineData("drancy/amelie", "pc-9", "pc-1")]
    [InlineData("drancy/karim", "pc-2", "pc-2")]
    [InlineData("drancy/karim", null, null)]
    [InlineData("dugny/amelie", null, null)]
    public void What_was_assigned_goes_before_what_is_declared(string person, string? assigned, string? machine) =>
        Assert.Equal(machine, Ownership.MachineOf(new PersonId(person), _machines, assigned is null ? null : new HostId(assigned))?.Id.Value);
}

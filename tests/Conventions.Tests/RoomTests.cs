using Mono.Cecil;
using Mono.Cecil.Cil;
using Xunit;

namespace VdiBroker.Conventions.Tests;

/// <summary>Held on the compiled assemblies: what the code does, not what its files say.</summary>
public sealed class RoomTests
{
    /// <summary>From the ground up; a room may import only rooms before it.</summary>
    private static readonly string[] _rooms = ["Kernel", "Trust", "CityFile", "Checks", "Observability", "Storage", "Rpc", "Stations", "Presence", "Tenancy", "Ldap", "Directory", "Profiles", "Hosts", "Machines", "Pools", "Records", "Help", "Sessions"];

    [Theory]
    [InlineData("broker.dll")]
    [InlineData("VdiBroker.Domain.dll")]
    public void A_room_imports_only_rooms_above_it(string assembly)
    {
        using var compiled = Repository.Assembly(assembly);
        var wrong = from type in compiled.MainModule.GetTypes()
                    let own = RoomOf(type.FullName)
                    where own is not null
                    from used in TypesUsedBy(type).Select(RoomOf).OfType<string>().Distinct()
                    where Array.IndexOf(_rooms, used) > Array.IndexOf(_rooms, own)
                    select $"{type.FullName} ({own}) uses {used}";
        Assert.Empty(wrong.Distinct());
    }

    [Theory]
    [InlineData("broker.dll")]
    [InlineData("VdiBroker.Domain.dll")]
    public void Every_namespace_is_a_room_of_the_plan(string assembly)
    {
        using var compiled = Repository.Assembly(assembly);
        var unknown = compiled.MainModule.GetTypes().Select(t => t.Namespace)
            .Where(n => n.StartsWith("VdiBroker.", StringComparison.Ordinal) && RoomOf(n + ".X") is null);
        Assert.Empty(unknown.Distinct());
    }

    [Fact]
    public void Every_room_has_its_page()
    {
        var missing = System.IO.Directory.GetDirectories(Path.Combine(Repository.Root, "Broker"))
            .Where(folder => _rooms.Contains(Path.GetFileName(folder)) && !File.Exists(Path.Combine(folder, "README.md")));
        Assert.Empty(missing);
    }

    [Fact]
    public void The_core_refers_to_nothing_but_the_runtime()
    {
        using var core = Repository.Assembly("VdiBroker.Domain.dll");
        Assert.DoesNotContain(core.MainModule.AssemblyReferences, r => !r.Name.StartsWith("System.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ThinClientShim/ThinClientShim.csproj")]
    [InlineData("HostAgent/HostAgent.csproj")]
    [InlineData("Protos/VdiBroker.Protos.csproj")]
    public void Stations_hosts_and_the_protocol_know_nothing_of_the_broker(string project) =>
        Assert.DoesNotContain("Broker/", File.ReadAllText(Path.Combine(Repository.Root, project)), StringComparison.Ordinal);

    private static string? RoomOf(string fullName)
    {
        var parts = fullName.Split('.', '/', '<', '`');
        return parts is ["VdiBroker", var room, _, ..] && _rooms.Contains(room) ? room : null;
    }

    private static IEnumerable<string> TypesUsedBy(TypeDefinition type)
    {
        IEnumerable<TypeReference?> used =
        [
            type.BaseType,
            .. type.Interfaces.Select(i => i.InterfaceType),
            .. type.Fields.Select(f => f.FieldType),
            .. type.Methods.SelectMany(m => m.Parameters.Select(p => p.ParameterType).Append(m.ReturnType)),
            .. type.Methods.Where(m => m.HasBody).SelectMany(m => m.Body.Variables.Select(v => v.VariableType)),
            .. type.Methods.Where(m => m.HasBody).SelectMany(m => m.Body.Instructions).SelectMany(OperandTypes),
        ];
        return used.OfType<TypeReference>().SelectMany(WithArguments).Select(t => t.FullName);
    }

    private static IEnumerable<TypeReference> OperandTypes(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        MethodReference method => [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(p => p.ParameterType)],
        FieldReference field => [field.DeclaringType, field.FieldType],
        _ => [],
    };

    private static IEnumerable<TypeReference> WithArguments(TypeReference type) =>
        type is GenericInstanceType generic ? [type.GetElementType(), .. generic.GenericArguments.SelectMany(WithArguments)] : [type.GetElementType()];
}

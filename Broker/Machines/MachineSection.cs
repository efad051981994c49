using System.Collections.Immutable;
using System.Net;
using VdiBroker.CityFile;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Tenancy;
using VdiBroker.Trust;

namespace VdiBroker.Machines;

/// <summary>The machines of pools of kind <c>fixed</c>: their key <c>machines</c>. One reader for the whole file: no two machines have one name or one address.</summary>
internal sealed class MachineSection(TenantCatalogue tenants, HostCatalogue hosts)
{
    private readonly Dictionary<HostId, Machine> _all = [];

    /// <summary>Reads the machines of one pool; faults go to the document.</summary>
    public ImmutableArray<Machine> Read(CityMap pool)
    {
        var patience = pool.Time("wake_for", WakeRules.DefaultPatience);
        if (patience < TimeSpan.FromSeconds(1) || patience > TimeSpan.FromMinutes(30)) pool.Fault("wake_for", "'wake_for' must be from 1s to 30m");
        var machines = ImmutableArray.CreateBuilder<Machine>();
        foreach (var map in pool.Maps("machines"))
        {
            var machine = ReadOne(map, patience);
            foreach (var owner in machine.Owners)
            {
                if (machines.FirstOrDefault(other => other.Owners.Contains(owner)) is { } twin) map.Fault("owner", $"{owner} owns '{twin.Id}' of this pool already: a person has one machine in a pool");
            }
            if (_all.ContainsKey(machine.Id)) map.Fault("id", $"there are two machines '{machine.Id}'");
            else if (hosts.Hosts.ContainsKey(machine.Id)) map.Fault("id", $"'{machine.Id}' is the name of a host already");
            if (Holder(machine) is { } holder) map.Fault("address", $"{machine.Address}:{machine.Port} is the address of {holder} already");
            _all[machine.Id] = machine;
            machines.Add(machine);
        }
        return machines.ToImmutable();
    }

    private string? Holder(Machine machine) =>
        _all.Values.FirstOrDefault(other => (other.Address, other.Port) == (machine.Address, machine.Port)) is { } twin ? $"machine '{twin.Id}'"
        : hosts.Hosts.Values.FirstOrDefault(host => (host.Address, host.Port) == (machine.Address, machine.Port)) is { } host ? $"host '{host.Id}'"
        : null;

    private Machine ReadOne(CityMap map, TimeSpan patience)
    {
        var id = new HostId(map.Id("id"));
        var name = map.Map("name", mayBeMissing: true);
        var credential = ReadCredential(map);
        var machine = new Machine(id, map.Text("address"), map.Number("port", 1, 65535, 3389), ReadCertificate(map, credential))
        {
            Credential = credential,
            Owners = [.. map.Texts("owner", mayBeMissing: true).Select(text => ReadOwner(map, text)).OfType<PersonId>().Distinct()],
            Wake = ReadWake(map, patience),
            NameFr = name.TextOr("fr", null) ?? id.Value,
            NameEn = name.TextOr("en", null) ?? id.Value,
        };
        name.Close();
        map.Close();
        return machine;
    }

    private static MachineCredential ReadCredential(CityMap map)
    {
        var text = map.TextOr("credential", null) ?? "password";
        if (text is not ("password" or "ticket")) map.Fault("credential", $"'credential: {text}' must be password (a PC as it is) or ticket (a machine with the agent)");
        return text == "ticket" ? MachineCredential.Ticket : MachineCredential.Password;
    }

    private static string ReadCertificate(CityMap map, MachineCredential credential)
    {
        if (credential == MachineCredential.Ticket)
        {
            if (map.TextOr("certificate", null) is not null) map.Fault("certificate", "a machine with the agent says its certificate itself: leave it out");
            return "";
        }
        if (map.TextOr("certificate", null) is not { Length: > 0 } text)
        {
            map.Fault("certificate", "'certificate' is missing: SHA-256 of the machine's RDP certificate, without which a station would show the person's password to anything at that address. 'broker machine look ADDRESS' says what the machine shows");
            return "";
        }
        if (CertificateDigest.Read(text) is { } digits) return digits;
        map.Fault("certificate", $"'certificate: {text}' must be a SHA-256: 64 hexadecimal digits, colons between them or not");
        return "";
    }

    private PersonId? ReadOwner(CityMap map, string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 && tenants.Tenants.Count == 1) return PersonId.Of(tenants.Tenants.Keys.Single(), text);
        if (slash <= 0 || slash == text.Length - 1)
        {
            map.Fault("owner", $"'owner: {text}' must be a person as tenant/login");
            return null;
        }
        var owner = new PersonId(text);
        if (!tenants.Tenants.ContainsKey(owner.Tenant)) map.Fault("owner", $"'owner: {text}': there is no tenant '{owner.Tenant}' (tenants: {string.Join(", ", tenants.Tenants.Keys.Select(t => t.Value).Order(StringComparer.Ordinal))})");
        return owner;
    }

    private static WakeRules? ReadWake(CityMap map, TimeSpan patience)
    {
        var (mac, broadcast) = (map.TextOr("mac", null), map.TextOr("broadcast", null));
        if (mac is null)
        {
            if (broadcast is not null) map.Fault("broadcast", "'broadcast' says where a machine is woken, and 'mac' is missing");
            return null;
        }
        var card = MacAddress.Parse(mac);
        if (card is null) map.Fault("mac", $"'mac: {mac}' must be the address of one network card, such as 3c:52:82:01:0a:ff");
        if (broadcast is null) map.Fault("mac", "a machine with a 'mac' needs 'broadcast': the broadcast address of its network, such as 10.0.3.255");
        else if (!IPAddress.TryParse(broadcast, out var address) || address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork || address.ToString() != broadcast)
            map.Fault("broadcast", $"'broadcast: {broadcast}' must be an IPv4 address, such as 10.0.3.255");
        return card is null || broadcast is null ? null : new WakeRules(card, broadcast, patience);
    }
}

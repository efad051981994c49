using System.CommandLine;
using System.Globalization;
using VdiBroker.Machines;

namespace VdiBroker;

/// <summary><c>broker machine</c>: what has to be known of a PC before it stands in the city file.</summary>
internal static class MachineCommands
{
    private const int NothingThere = 1;

    /// <summary>The command with its verbs.</summary>
    public static Command Build() => new("machine", "PCs that are people's own") { Look() };

    private static Command Look()
    {
        var address = new Argument<string>("ADDRESS") { Description = "host name or IP address" };
        var port = new Option<int>("--port") { Description = "of its RDP server", DefaultValueFactory = _ => 3389 };
        var command = new Command("look", "what the RDP server there shows of itself; nobody is logged on") { address, port };
        command.SetAction(async (parsed, cancel) =>
        {
            var (where, at) = (parsed.GetRequiredValue(address), parsed.GetValue(port));
            if (at is < 1 or > 65535) return OpenedCity.Complain("--port must be from 1 to 65535", OpenedCity.BadInput);
            var (face, cause) = await MachineProbe.LookAsync(where, at, pin: "", cancel);
            if (face is null) return OpenedCity.Complain(Printable.Of($"{where}:{at}: {cause}"), NothingThere);
            Console.WriteLine($"certificate: {face.Sha256}");
            Console.WriteLine(Printable.Of(string.Create(CultureInfo.InvariantCulture, $"  of {face.Subject}, until {face.Until:yyyy-MM-dd}")));
            Console.WriteLine(face.WantsNla ? "  checks the password before it shows a picture (NLA)" : "  shows its picture before it checks the password");
            Console.WriteLine("Compare it with the machine's own (Windows: certlm.msc, Remote Desktop; xrdp: openssl x509 -in cert.pem -noout -fingerprint -sha256), then write it as its 'certificate'.");
            return 0;
        });
        return command;
    }
}

using VdiBroker.City.Directory;

namespace VdiBroker.City.Demo;

/// <summary>What the demo says, French first.</summary>
internal static class DemoWords
{
    public const string Commands = """
          a NOM [MOT-DE-PASSE]       ouvre le bureau de NOM à la station A    signs NAME in at station A (b: at station B)
          a quitter                  laisse le bureau ouvert, libère A        leaves the desktop running ("a leave")
          a taper TEXTE              tape au clavier de A, puis Entrée        types at A, then Enter ("a type")
          a image                    écrit une image de l'écran de A          writes a picture of A's screen ("a picture")
          a dit                      redit ce que la station A a dit          what station A said ("a says")
          tuer X / relancer X        X = broker, redis, annuaire, blade1…     kill X / start X (directory = annuaire)
          ou                         qui a un bureau, et sur quel serveur     who has a desktop, and where ("where")
          gens                       qui peut se connecter                    who can sign in ("people")
          aide                       ces lignes                               these lines ("help")
          fin                        arrête tout (ou Ctrl-C)                  stops everything ("quit", or Ctrl-C)
        """;

    public static void Welcome(RunningCity city, string pictures, bool kept)
    {
        var stations = string.Join(", ", city.Stations.Select(station => $"{station.Name} ({(station.Screen.Virtual ? "Xvfb " : "")}{station.Screen.Display})"));
        Console.WriteLine();
        People(city);
        Console.WriteLine($"""

            Les serveurs de bureaux / The session hosts
              {string.Join(", ", city.Blades.Select(blade => $"{blade.Plan.Name} {blade.Plan.Address}:{Hosts.BladePlan.RdpPort} ({blade.Plan.Seats} places/seats)"))}
            Les ordinateurs pas encore migrés / The PCs that are not migrated yet
              {string.Join(", ", city.Pcs.Select(pc => $"{pc.Plan.Name} {pc.Plan.Address}:{Hosts.BladePlan.RdpPort} ({pc.Plan.PcOf})"))}
            Les stations / The stations
              {stations}
              Dans un autre terminal, comme une vraie personne / In another terminal, as a real person does:
            {string.Join('\n', city.Stations.Select(station => $"    {AsRoot(station)}{city.Programs.Shim} --config {station.ConfigFile}"))}
            Images et journaux / Pictures and logs
              {pictures}{(kept ? "" : "  (effacées à la fin ; pour les garder / gone at the end; to keep them: --keep DIR)")}
              {string.Join("\n  ", (string[])[city.Broker.LogFile, Path.Combine(city.Folder, "hosts", "blade1", "log"), city.Stations[0].LogFile])}

            Que faire / What to do
            {Commands}

            Pour commencer / To begin:   a {city.People.Amelie.Login}
              puis / then:               a taper echo bonjour
                                         b {city.People.Amelie.Login}

            """);
    }

    // The stations' keys are root's. A display opens to root by the person's own cookie file, which sudo does not look for.
    private static string AsRoot(Stations.Station station) => Environment.GetEnvironmentVariable("SUDO_USER") is not { Length: > 0 } ? ""
        : !station.Screen.Virtual && Environment.GetEnvironmentVariable("XAUTHORITY") is { Length: > 0 } cookie ? $"sudo XAUTHORITY={cookie} " : "sudo ";

    private static string Mark(RunningCity city, Townsperson person) =>
        person.Login == CityDirectory.Newcomer ? " !" : CityYaml.Entitles(person) || city.Pcs.Any(pc => pc.Plan.PcOf == person.Login) ? "" : " *";

    public static void People(RunningCity city)
    {
        Console.WriteLine("Qui peut se connecter, avec quel mot de passe / Who can sign in, with which password");
        foreach (var town in city.People.Everybody.GroupBy(person => person.Tenant))
        {
            Console.WriteLine($"  {town.Key}");
            foreach (var row in town.Select(person => $"{person.Login} {person.Password}{Mark(city, person)}").Chunk(2))
                Console.WriteLine("    " + string.Concat(row.Select(cell => cell.PadRight(48))).TrimEnd());
        }
        Console.WriteLine("  * connu de l'annuaire, mais sans bureau attribué / known to the directory, but no desktop given");
        Console.WriteLine("  ! doit changer de mot de passe, au clavier d'une station / must change the password, typed at a station");
        Console.WriteLine($"  {CityYaml.LimitedTenant} : mode limité sans l'annuaire / limited mode without the directory");
    }
}

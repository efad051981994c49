namespace VdiBroker.Machines;

/// <summary>Wiring of the machines room.</summary>
internal static class MachinesFeature
{
    /// <summary>Adds the catalogue of machines, and what wakes them.</summary>
    public static IServiceCollection AddMachines(this IServiceCollection services, MachineCatalogue machines) =>
        services.AddSingleton(machines).AddSingleton<WakeBook>().AddSingleton<WakeMachine>();
}

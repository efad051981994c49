using VdiBroker.Kernel;

namespace VdiBroker.Tenancy;

/// <summary>A body of the city that has people of its own: a town, the housing office.</summary>
/// <param name="Id">Its id in the city file.</param>
/// <param name="Name">What people call it; shown on screens.</param>
public sealed record Tenant(TenantId Id, string Name);

using VdiBroker.Directory;
using VdiBroker.Kernel;

namespace VdiBroker.Profiles;

/// <summary>Reads <c>tenant/login</c>, as operators and files write a person.</summary>
public static class PersonName
{
    /// <summary>The person, or what is wrong.</summary>
    /// <param name="text">Anything.</param>
    /// <param name="tenants">The city's tenants.</param>
    /// <param name="fault">Null when there is a person.</param>
    public static PersonId? Read(string text, IReadOnlyCollection<TenantId> tenants, out string? fault)
    {
        fault = null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 1) fault = "a person is written tenant/login, such as drancy/amelie.durand";
        else if (!tenants.Contains(new TenantId(text[..slash]))) fault = NoTenant(text[..slash], tenants);
        // What trimming would change is no login: the same person must have one spelling.
        else if (LoginName.Parse(text[(slash + 1)..]) is not { } login || login.Value != text[(slash + 1)..]) fault = "the login is empty, too long, has blanks around it or holds a control character";
        return fault is null ? new PersonId(text) : null;
    }

    /// <summary>
    /// The one id under which a profile is kept, however the login is spelled: directories know small and capital letters, and both forms of an
    /// accent, as one person. A login that has no folded spelling of its own that could be read back stays as it is.
    /// </summary>
    public static PersonId Kept(PersonId person) =>
        TextForms.Fold(person.Login) is var folded && LoginName.Parse(folded) is { } login && login.Value == folded ? PersonId.Of(person.Tenant, folded) : person;

    private static string NoTenant(string written, IReadOnlyCollection<TenantId> tenants) =>
        Spelling.Nearest(written, tenants.Select(tenant => tenant.Value)) is { } close
            ? $"there is no tenant '{written}'; did you mean '{close}'?"
            : $"there is no tenant '{(written.Length > 40 ? written[..40] + "…" : written)}' (tenants: {string.Join(", ", tenants.Select(tenant => tenant.Value).Order(StringComparer.Ordinal))})";
}

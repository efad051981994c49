namespace VdiBroker.Profiles;

/// <summary>Where a value comes from. One of the nested cases.</summary>
public abstract record ValueSource
{
    private ValueSource()
    {
    }

    /// <summary>The person's own choice.</summary>
    public sealed record Person : ValueSource;

    /// <summary>An attribute of the person's entry in the directory.</summary>
    public sealed record FromDirectory : ValueSource;

    /// <summary>A rule for a group.</summary>
    /// <param name="Name">The group, as the rule spells it.</param>
    /// <param name="Line">Line of the rule in the city file.</param>
    public sealed record Group(string Name, int Line) : ValueSource;

    /// <summary>The place of the station.</summary>
    /// <param name="Id">Its id in the city file.</param>
    /// <param name="French">What French sentences call it.</param>
    /// <param name="English">What English sentences call it.</param>
    public sealed record Place(string Id, string French, string English) : ValueSource;

    /// <summary>A rule for everybody of the tenant.</summary>
    /// <param name="Line">Line of the rule in the city file.</param>
    public sealed record Tenant(int Line) : ValueSource;

    /// <summary>Nothing names the setting.</summary>
    public sealed record Default : ValueSource;
}

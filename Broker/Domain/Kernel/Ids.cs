namespace VdiBroker.Kernel;

/// <summary>A body of the city (a town, an office): the <c>id</c> of <c>tenants</c> in the city file.</summary>
/// <param name="Value">Lower-case letters, digits and hyphens; 1 to 63 characters.</param>
public readonly record struct TenantId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A person, the same for as long as the directory knows them under this login.</summary>
/// <param name="Value"><c>tenant/login</c>, the login as the directory spells it.</param>
public readonly record struct PersonId(string Value)
{
    private const string Visitors = "visitor/";

    /// <summary>Somebody at a public station, without a name: the id of this one visit.</summary>
    /// <param name="tenant">Who serves them.</param>
    /// <param name="visit">Random, never the same twice.</param>
    public static PersonId OfVisit(TenantId tenant, string visit) => new($"{tenant.Value}/{Visitors}{visit}");

    /// <summary>True for somebody without a name: what is kept of people is not kept of them.</summary>
    public bool IsVisitor => Login.StartsWith(Visitors, StringComparison.Ordinal);

    /// <summary>The id of the person whom <paramref name="tenant"/> knows as <paramref name="login"/>.</summary>
    public static PersonId Of(TenantId tenant, string login) => new($"{tenant.Value}/{login}");

    /// <summary>What stands before the first <c>/</c>; all of it where there is none.</summary>
    public TenantId Tenant => new(Slash < 0 ? Value : Value[..Slash]);

    /// <summary>What stands behind the first <c>/</c>: a login may hold others; all of it where there is none.</summary>
    public string Login => Value[(Slash + 1)..];

    private int Slash => Value.IndexOf('/', StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A thin client: the name in its certificate.</summary>
/// <param name="Value">Lower-case letters, digits and hyphens; 1 to 63 characters.</param>
public readonly record struct StationId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A machine that carries desktops: the <c>id</c> of <c>hosts</c> in the city file and the name in its certificate.</summary>
/// <param name="Value">Lower-case letters, digits and hyphens; 1 to 63 characters.</param>
public readonly record struct HostId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Desktops of one kind: the <c>id</c> of <c>pools</c> in the city file.</summary>
/// <param name="Value">Lower-case letters, digits and hyphens; 1 to 63 characters.</param>
public readonly record struct PoolId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A person's life on one desktop, from opening to ended; never used again.</summary>
/// <param name="Value">26 characters, random.</param>
public readonly record struct SessionId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>
/// A number that only grows, given with each opening and move of a session. Whoever holds a smaller one than the ledger's has lost the
/// desktop.
/// </summary>
/// <param name="Value">From 1; 0 = never given.</param>
public readonly record struct Fence(long Value) : IComparable<Fence>
{
    /// <inheritdoc/>
    public int CompareTo(Fence other) => Value.CompareTo(other.Value);

    /// <summary>True when <paramref name="left"/> was given before <paramref name="right"/>.</summary>
    public static bool operator <(Fence left, Fence right) => left.Value < right.Value;

    /// <summary>True when <paramref name="left"/> was given after <paramref name="right"/>.</summary>
    public static bool operator >(Fence left, Fence right) => left.Value > right.Value;

    /// <summary>True unless <paramref name="left"/> was given after <paramref name="right"/>.</summary>
    public static bool operator <=(Fence left, Fence right) => left.Value <= right.Value;

    /// <summary>True unless <paramref name="left"/> was given before <paramref name="right"/>.</summary>
    public static bool operator >=(Fence left, Fence right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

using VdiBroker.CityFile;

namespace VdiBroker.Records;

/// <summary>How records of sign-ins are kept.</summary>
internal sealed record RecordOptions
{
    /// <summary>How long after its beginning a record is deleted, 1 h to 366 days.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Reads the section <c>records</c> of the city file; all of it may be missing.</summary>
    public static RecordOptions Read(CityDocument city)
    {
        var map = city.Root.Map("records", mayBeMissing: true);
        var options = new RecordOptions { Keep = map.Time("keep", new RecordOptions().Keep) };
        if (options.Keep < TimeSpan.FromHours(1) || options.Keep > TimeSpan.FromDays(366)) map.Fault("keep", "'keep' must be from 1h to 366d");
        map.Close();
        return options;
    }
}

using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Configuration;

namespace VdiBroker.Shim.Orders;

/// <summary>
/// The orders that this station has acted on: an order may come more than once and is acted on once, also when the machine has started anew in between. So its number is on the disk before anything is done.
/// </summary>
internal sealed class OrderBook
{
    private const int Most = 64;
    private readonly string _file;
    private readonly List<(string Order, OutcomeKind Kind)> _rows = [];

    /// <param name="folder">Where the station keeps what it must not forget.</param>
    public OrderBook(string folder)
    {
        _file = Path.Combine(folder, "orders");
        try
        {
            if (!File.Exists(_file)) return;
            foreach (var line in File.ReadLines(_file).TakeLast(Most))
                if (line.Split(' ') is [var order, var kind] && Enum.TryParse<OutcomeKind>(kind, out var known)) _rows.Add((order, known));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // As good as none: what must be on the disk is refused when it cannot be written.
        }
    }

    /// <summary>What came of an order that was acted on; null = it was not. One that was begun, and the shim ended before it was known, was done.</summary>
    public OutcomeKind? Find(string order) => _rows.FindLast(row => row.Order == order) is { Order: not null } row ? row.Kind : null;

    /// <summary>Notes an order before it is acted on.</summary>
    /// <returns>False: it is not on the disk.</returns>
    public bool Begin(string order)
    {
        _rows.Add((order, OutcomeKind.Done));
        if (_rows.Count > Most) _rows.RemoveAt(0);
        return Write();
    }

    /// <summary>Notes what came of it.</summary>
    public void End(string order, OutcomeKind kind)
    {
        var at = _rows.FindLastIndex(row => row.Order == order);
        if (at < 0 || _rows[at].Kind == kind) return;
        _rows[at] = (order, kind);
        Write();
    }

    private bool Write()
    {
        try
        {
            StateFile.Write(_file, string.Concat(_rows.Select(row => $"{row.Order} {row.Kind}\n")));
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

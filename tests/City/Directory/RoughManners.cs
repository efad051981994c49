namespace VdiBroker.City.Directory;

/// <summary>What a rough server has been told to do: a standing manner, and manners for the next few. Thread-safe.</summary>
internal sealed class RoughManners
{
    private readonly Lock _gate = new();
    private readonly Queue<ConnectionManner> _connections = new();
    private readonly List<AnswerManner> _answers = [];
    private volatile AnswerManner _answer = AnswerManner.Serve;
    private volatile ConnectionManner _connection;

    public ConnectionManner Connection
    {
        get => _connection;
        set => _connection = value;
    }

    public AnswerManner Answer
    {
        set => _answer = value;
    }

    public void NextConnections(int count, ConnectionManner manner)
    {
        if (manner == ConnectionManner.Refuse) throw new ArgumentException("a refused connection cannot be counted: make it the standing manner", nameof(manner));
        lock (_gate)
        {
            for (var i = 0; i < count; i++) _connections.Enqueue(manner);
        }
    }

    public void NextAnswers(int count, AnswerManner manner)
    {
        lock (_gate) _answers.AddRange(Enumerable.Repeat(manner, count));
    }

    public ConnectionManner TakeConnection()
    {
        lock (_gate) return _connections.TryDequeue(out var next) ? next : _connection;
    }

    public AnswerManner TakeAnswer(RoughMessage request)
    {
        lock (_gate)
        {
            var next = _answers.FindIndex(manner => manner.IsFor(request));
            if (next >= 0)
            {
                var taken = _answers[next];
                _answers.RemoveAt(next);
                return taken;
            }
        }
        var standing = _answer;
        return standing.IsFor(request) ? standing : AnswerManner.Serve;
    }
}

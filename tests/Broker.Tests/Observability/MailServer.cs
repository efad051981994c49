using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using SmtpServer;
using SmtpServer.Protocol;
using SmtpServer.Storage;
using VdiBroker.City.Processes;

namespace VdiBroker.Broker.Tests.Observability;

/// <summary>A mail that came.</summary>
/// <param name="To">The mailbox, before the @.</param>
/// <param name="Subject">Its first line, which names the alerts.</param>
internal sealed record Mail(string To, string Subject);

/// <summary>The mail server of the city's IT: takes every mail and keeps what it was about.</summary>
internal sealed class MailServer : MessageStore, IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    public MailServer()
    {
        Port = Loopback.FreePort();
        var services = new SmtpServer.ComponentModel.ServiceProvider();
        services.Add(this);
        var options = new SmtpServerOptionsBuilder().ServerName("mail.city.example").Endpoint(end => end.Endpoint(new IPEndPoint(IPAddress.Loopback, Port)).AllowUnsecureAuthentication()).Build();
        _serving = new SmtpServer.SmtpServer(options, services).StartAsync(_end.Token);
    }

    public int Port { get; }

    public ConcurrentQueue<Mail> Mails { get; } = new();

    public override Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        const string Head = "Subject: ";
        var subject = Encoding.UTF8.GetString(buffer).Split("\r\n").First(line => line.StartsWith(Head, StringComparison.OrdinalIgnoreCase))[Head.Length..];
        foreach (var to in transaction.To) Mails.Enqueue(new Mail(to.User, subject));
        return Task.FromResult(SmtpResponse.Ok);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }
}

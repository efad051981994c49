using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using VdiBroker.City.Processes;

namespace VdiBroker.Broker.Tests.Observability;

/// <summary>What stands where the shipped file has Alertmanager: takes what Prometheus sends there.</summary>
internal sealed class AlertReceiver : IAsyncDisposable
{
    private readonly HttpListener _http = new();
    private readonly Task _taking;

    public AlertReceiver()
    {
        Endpoint = $"127.0.0.1:{Loopback.FreePort()}";
        _http.Prefixes.Add($"http://{Endpoint}/");
        _http.Start();
        _taking = TakeAsync();
    }

    public string Endpoint { get; }

    /// <summary>Names of the alerts that came.</summary>
    public ConcurrentQueue<string> Alerts { get; } = new();

    public async ValueTask DisposeAsync()
    {
        _http.Stop();
        await _taking;
        _http.Close();
    }

    private async Task TakeAsync()
    {
        try
        {
            while (true)
            {
                var call = await _http.GetContextAsync();
                using var alerts = await JsonDocument.ParseAsync(call.Request.InputStream);
                foreach (var alert in alerts.RootElement.EnumerateArray()) Alerts.Enqueue(alert.GetProperty("labels").GetProperty("alertname").GetString()!);
                call.Response.Close();
            }
        }
        catch (Exception end) when (end is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}

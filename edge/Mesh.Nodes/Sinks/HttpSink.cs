using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Mesh.Nodes;

/// <summary>
/// Posts to addresses. A 2xx is a delivery; 408, 425, 429 and 5xx and everything that happens to a connection may work
/// later; any other answer will not change by asking again. Redirections are not followed: a secret in a header belongs to
/// the address it was written for.
/// </summary>
public sealed class HttpSink : IDisposable
{
    /// <summary>How long one attempt may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>The longest rest another side may ask for.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(15);

    private readonly HttpClient _http;

    public HttpSink() =>
        _http = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }
        )
        {
            Timeout = Patience,
        };

    /// <summary>Posts a webhook of a rule.</summary>
    public Task<Delivery> DeliverAsync(SinkAction action, CancellationToken cancel) =>
        PostAsync(new Uri(action.Target), action.Payload, action.Id, action.Headers, cancel);

    /// <summary>Posts a text; JSON unless a header says otherwise.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="body">The text.</param>
    /// <param name="id">The idempotency key: the same whenever the same thing is sent again.</param>
    /// <param name="headers">Over those that every post has.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Delivery> PostAsync(
        Uri address,
        string body,
        string id,
        IReadOnlyList<KeyValuePair<string, string>> headers,
        CancellationToken cancel
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("Idempotency-Key", id);
        request.Headers.TryAddWithoutValidation("User-Agent", "mesh");
        foreach (var (name, value) in headers)
        {
            if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                request.Content.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
            else
            {
                request.Headers.Remove(name);
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        try
        {
            using var response = await _http
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel)
                .ConfigureAwait(false);
            return Judge(response);
        }
        catch (HttpRequestException e)
        {
            return Delivery.Failed(
                e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
                    ? "nobody listens there"
                    : (e.InnerException ?? e).Message
            );
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Delivery.Failed($"no answer within {Patience.TotalSeconds:0} s");
        }
    }

    public void Dispose() => _http.Dispose();

    private static Delivery Judge(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode)
        {
            return Delivery.Done;
        }

        var reason = $"it answered {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        var later =
            response.StatusCode
                is >= HttpStatusCode.InternalServerError
                    or HttpStatusCode.RequestTimeout
                    or HttpStatusCode.TooManyRequests
            || (int)response.StatusCode == 425;
        var rest = response.Headers.RetryAfter?.Delta;
        return later ? Delivery.Failed(reason, rest < LongestRest ? rest : null) : Delivery.Refused(reason);
    }
}

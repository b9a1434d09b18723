using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;

namespace Mesh.Cli;

/// <summary>Asks a node's API; what goes wrong is one sentence with the address and the remedy.</summary>
internal sealed class NodeClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly Uri _address;

    public NodeClient(string address)
    {
        if (
            !Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var uri)
            || uri.Scheme is not ("http" or "https")
        )
        {
            throw new UsageException(
                $"--node {address}: the address of a node's API is expected, such as http://127.0.0.1:8081"
            );
        }

        _address = uri;
        _http = new HttpClient { BaseAddress = uri, Timeout = TimeSpan.FromSeconds(30) };
    }

    public async Task<JsonDocument> GetAsync(string path, CancellationToken cancel)
    {
        using var response = await TryAsync(() => _http.GetAsync(path, cancel));
        return await ReadAsync(response, cancel);
    }

    /// <summary>The answer as it is.</summary>
    public async Task<string> GetTextAsync(string path, CancellationToken cancel)
    {
        using var response = await TryAsync(() => _http.GetAsync(path, cancel));
        return await TextAsync(response, cancel);
    }

    /// <summary>Asks for something to be done that has no answer but that it is.</summary>
    public async Task OrderAsync(string path, CancellationToken cancel)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await TryAsync(() => _http.PostAsync(path, content, cancel));
        await TextAsync(response, cancel);
    }

    public async Task DeleteAsync(string path, CancellationToken cancel)
    {
        using var response = await TryAsync(() => _http.DeleteAsync(path, cancel));
        await TextAsync(response, cancel);
    }

    public async Task<JsonDocument> PostAsync(string path, byte[] json, CancellationToken cancel)
    {
        using var content = new ByteArrayContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await TryAsync(() => _http.PostAsync(path, content, cancel));
        return await ReadAsync(response, cancel);
    }

    /// <summary>The lines of a stream that goes on until it is cancelled or the node ends it.</summary>
    public async IAsyncEnumerable<string> LinesAsync(
        string path,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel
    )
    {
        using var response = await TryAsync(() =>
            _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancel)
        );
        if (!response.IsSuccessStatusCode)
        {
            await TextAsync(response, cancel);
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            yield return line;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> TryAsync(Func<Task<HttpResponseMessage>> ask)
    {
        try
        {
            return await ask();
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException)
        {
            throw new HttpRequestException(
                $"no node answers at {_address}: {e.InnerException!.Message}; is it running, and is its 'http' the same?",
                e
            );
        }
    }

    /// <summary>What the answer says; an exception where it is that something went wrong.</summary>
    private async Task<string> TextAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var text = await response.Content.ReadAsStringAsync(cancel);
        return response.IsSuccessStatusCode
            ? text
            : throw new HttpRequestException($"{_address} answered {(int)response.StatusCode}: {text}");
    }

    private async Task<JsonDocument> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var text = await TextAsync(response, cancel);
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException e)
        {
            throw new HttpRequestException($"what answers at {_address} is no node of a mesh", e);
        }
    }
}

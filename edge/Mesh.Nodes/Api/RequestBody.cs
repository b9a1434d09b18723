using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Mesh.Nodes;

/// <summary>
/// A request's body, decompressed (<c>br</c>, <c>gzip</c> or plain) into a pooled buffer. The bound holds behind
/// decompression: a few kilobytes that unfold to gigabytes are given up at the bound.
/// </summary>
public sealed class RequestBody : IDisposable
{
    private const int FirstBytes = 64 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _length;

    private RequestBody() { }

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <param name="request">Whose body it is.</param>
    /// <param name="most">Bytes after decompression at most.</param>
    /// <exception cref="ProblemException">It is larger, of another encoding, or not what its encoding says.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, int most)
    {
        var encoding = request.Headers.ContentEncoding.ToString();
        var body = new RequestBody();
        try
        {
            switch (encoding)
            {
                case "" or "identity":
                    await body.FillAsync(request.Body, most, request.HttpContext.RequestAborted).ConfigureAwait(false);
                    break;
                case "br":
                    await using (
                        var brotli = new BrotliStream(request.Body, CompressionMode.Decompress, leaveOpen: true)
                    )
                    {
                        await body.FillAsync(brotli, most, request.HttpContext.RequestAborted).ConfigureAwait(false);
                    }

                    break;
                case "gzip":
                    await using (var gzip = new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true))
                    {
                        await body.FillAsync(gzip, most, request.HttpContext.RequestAborted).ConfigureAwait(false);
                    }

                    break;
                default:
                    throw new ProblemException(UnknownEncoding(encoding));
            }

            return body;
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            body.Dispose();
            throw new ProblemException(Problem.BadBody($"the body is not valid {encoding}"));
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task FillAsync(Stream from, int most, CancellationToken cancel)
    {
        while (true)
        {
            if (_length == _buffer.Length)
            {
                Grow();
            }

            var read = await from.ReadAsync(_buffer.AsMemory(_length), cancel).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            _length += read;
            if (_length > most)
            {
                throw new ProblemException(
                    Problem.TooLarge(
                        $"the body holds more than {most} bytes after decompression, at most {most} are allowed"
                    )
                );
            }
        }
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private static Problem UnknownEncoding(string encoding) =>
        new(
            StatusCodes.Status415UnsupportedMediaType,
            "unknown-encoding",
            "The body's encoding is not understood",
            $"Content-Encoding is '{RequestQuery.Shorten(encoding)}'; br, gzip or none is expected"
        );
}

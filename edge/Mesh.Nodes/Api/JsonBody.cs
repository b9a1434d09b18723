using Microsoft.AspNetCore.Http;

namespace Mesh.Nodes;

/// <summary>Checks that a body is declared as JSON.</summary>
public static class JsonBody
{
    /// <exception cref="ProblemException">The content type is another or missing.</exception>
    public static void Require(HttpRequest request)
    {
        var type = request.ContentType ?? "";
        var end = type.IndexOf(';', StringComparison.Ordinal);
        if (!(end < 0 ? type : type[..end]).Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(
                new Problem(
                    StatusCodes.Status415UnsupportedMediaType,
                    "unknown-type",
                    "The body's type is not understood",
                    $"Content-Type is '{RequestQuery.Shorten(type)}'; application/json is expected"
                )
            );
        }
    }
}

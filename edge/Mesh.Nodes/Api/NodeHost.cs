using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Nodes;

/// <summary>
/// The web server of a node, of whatever tier. It starts from the empty builder: no settings file beside the program, no
/// environment variable and no signal changes what the node's own configuration says.
/// </summary>
public sealed class NodeHost : IAsyncDisposable
{
    /// <summary>Connections at a time; further ones are closed.</summary>
    public const int MaxConnections = 256;

    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(3);

    private readonly WebApplication _app;
    private readonly NodeApi _api;

    private NodeHost(WebApplication app, NodeApi api, IPEndPoint endPoint)
    {
        _app = app;
        _api = api;
        EndPoint = endPoint;
    }

    /// <summary>Where it listens, with the port that was taken.</summary>
    public IPEndPoint EndPoint { get; }

    public Uri Address => new($"http://{EndPoint}/");

    /// <summary>Binds the address and answers from then on.</summary>
    /// <param name="node">Whose API it is.</param>
    /// <param name="endPoint">Where to listen; port 0 takes a free one.</param>
    /// <param name="facts">What the API tells beside what the node knows.</param>
    /// <param name="logging">Where the server says what goes wrong.</param>
    /// <param name="cancel">Gives up the start.</param>
    /// <exception cref="EndPointException">The address cannot be bound; the message names it and a remedy.</exception>
    public static Task<NodeHost> StartAsync(
        Node node,
        IPEndPoint endPoint,
        NodeFacts facts,
        ILoggerFactory logging,
        CancellationToken cancel = default
    ) => StartAsync(node, endPoint, facts, logging, static _ => { }, cancel);

    /// <summary>As above, with routes of the tier's own beside those every node has.</summary>
    /// <param name="node">Whose API it is.</param>
    /// <param name="endPoint">Where to listen; port 0 takes a free one.</param>
    /// <param name="facts">What the API tells beside what the node knows.</param>
    /// <param name="logging">Where the server says what goes wrong.</param>
    /// <param name="more">Adds routes.</param>
    /// <param name="cancel">Gives up the start.</param>
    /// <exception cref="EndPointException">The address cannot be bound; the message names it and a remedy.</exception>
    public static async Task<NodeHost> StartAsync(
        Node node,
        IPEndPoint endPoint,
        NodeFacts facts,
        ILoggerFactory logging,
        Action<IEndpointRouteBuilder> more,
        CancellationToken cancel
    )
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(logging);
        builder.Services.AddSingleton<IHostLifetime, OwnersLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => Limit(options, endPoint));
        var app = builder.Build();
        var routes = new List<string>();
        var problems = new ProblemResponses(routes, logging.CreateLogger<NodeHost>());
        app.Use(problems.InvokeAsync);
        if (IPAddress.IsLoopback(endPoint.Address))
        {
            app.Use(OnlyOwnNamesAsync);
        }

        var api = new NodeApi(node, facts);
        api.Map(app);
        more(app);
        routes.AddRange(
            ((IEndpointRouteBuilder)app)
                .DataSources.SelectMany(s => s.Endpoints)
                .OfType<RouteEndpoint>()
                .Select(e => e.RoutePattern.RawText ?? "/")
                .Distinct(StringComparer.Ordinal)
        );
        try
        {
            await app.StartAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (SocketTrouble(e) is { } trouble)
        {
            api.Dispose();
            await app.DisposeAsync().ConfigureAwait(false);
            throw new EndPointException(endPoint, trouble);
        }

        return new NodeHost(app, api, new IPEndPoint(endPoint.Address, BoundPort(app)));
    }

    /// <summary>Stops listening, ends the streams of <c>/v1/tail</c>, and waits shortly for running requests.</summary>
    public async ValueTask DisposeAsync()
    {
        using (var patience = new CancellationTokenSource(StopWithin))
        {
            await _app.StopAsync(patience.Token).ConfigureAwait(false);
        }

        _api.Dispose();
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static void Limit(KestrelServerOptions options, IPEndPoint endPoint)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = Contracts.Limits.BodyBytes;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.MaxConcurrentConnections = MaxConnections;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        options.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        options.Listen(endPoint, listen => listen.Protocols = HttpProtocols.Http1);
    }

    /// <summary>
    /// A page on the web can point a name of its own at 127.0.0.1 and then talk to the node through the visitor's
    /// browser. A node that listens on loopback is therefore addressed as localhost or by number, by nobody's name.
    /// </summary>
    private static Task OnlyOwnNamesAsync(HttpContext context, RequestDelegate next)
    {
        var host = context.Request.Host.Host.Trim('[', ']');
        return host.Length == 0 || host == "localhost" || IPAddress.TryParse(host, out _)
            ? next(context)
            : throw new ProblemException(
                new Problem(
                    StatusCodes.Status421MisdirectedRequest,
                    "foreign-name",
                    "This node does not answer under that name",
                    $"the node listens on loopback and answers to localhost or an address, not to '{RequestQuery.Shorten(host)}'"
                )
            );
    }

    private static SocketException? SocketTrouble(Exception? e)
    {
        while (e is not null and not SocketException)
        {
            e = e.InnerException;
        }

        return (SocketException?)e;
    }

    private static int BoundPort(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        return new Uri(addresses.Addresses.First()).Port;
    }
}

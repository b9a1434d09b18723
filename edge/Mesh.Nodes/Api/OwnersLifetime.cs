using Microsoft.Extensions.Hosting;

namespace Mesh.Nodes;

/// <summary>
/// The server lives until whoever started it ends it. The framework's own lifetime would catch Ctrl-C and SIGTERM and
/// stop the server behind the back of the node that it belongs to.
/// </summary>
internal sealed class OwnersLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

using Mesh.Nodes;
using Microsoft.Extensions.Hosting;

namespace Mesh.Fog;

/// <summary>How a fog and its agents hear each other: through the fog's own <see cref="Broker"/> or through another one.</summary>
public interface IAgentLink : IHostedService, IDisposable
{
    /// <summary>For the line that says the fog is ready: an address.</summary>
    string Where { get; }

    /// <summary>Messages that were not understood.</summary>
    long Rejected { get; }

    /// <summary>Clients of the fog's own broker; null where the clients are another broker's.</summary>
    int? Clients { get; }

    /// <summary>The connection to another broker; null where there is none.</summary>
    HopStatus? Status { get; }

    /// <summary>Carries out what rules publish; what fails is tried again.</summary>
    Task<Delivery> DeliverAsync(SinkAction action, CancellationToken cancel);
}

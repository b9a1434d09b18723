using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// Where a notification goes, as the node's configuration describes it. Rules name destinations, never addresses or
/// passwords; so a rule can be shared, and what is written here stands in no journal.
/// </summary>
/// <param name="Name">As rules write it in <c>to</c>.</param>
public abstract record NotifyDestination(string Name)
{
    /// <summary>Whether it gets what rules send to nobody in particular.</summary>
    public bool IsDefault { get; init; }

    /// <summary>What is less severe is passed over.</summary>
    public Severity MinSeverity { get; init; }
}

/// <summary>A topic of the node's own broker: the notification as JSON.</summary>
public sealed record MqttDestination(string Name, string Topic) : NotifyDestination(Name);

/// <summary>A POST of the notification as JSON.</summary>
public sealed record WebhookDestination(string Name, Uri Address, IReadOnlyList<KeyValuePair<string, string>> Headers)
    : NotifyDestination(Name);

/// <summary>A topic of an ntfy server.</summary>
/// <param name="Name">As rules write it.</param>
/// <param name="Server">The server, without the topic.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Token">An access token; null: none.</param>
public sealed record NtfyDestination(string Name, Uri Server, string Topic, string? Token) : NotifyDestination(Name);

/// <summary>How a connection to a mail server is protected.</summary>
public enum MailTls : byte
{
    /// <summary>Not at all: for a server on this machine.</summary>
    None,

    /// <summary>Begun in the clear and protected before anything is said; without that nothing is sent (usually port 587).</summary>
    StartTls,

    /// <summary>Protected from the first byte (usually port 465).</summary>
    Implicit,
}

/// <summary>E-mail.</summary>
public sealed record MailDestination(string Name, string Host, int Port, string From, IReadOnlyList<string> To)
    : NotifyDestination(Name)
{
    public string? User { get; init; }

    public string? Password { get; init; }

    public MailTls Tls { get; init; }
}

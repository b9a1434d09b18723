namespace Mesh.Nodes;

/// <summary>The store cannot answer now: it is being reopened or built anew from the journal. Ask again later.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The folder holds a store of a format that this program does not know.</summary>
public sealed class StoreRefusedException(string message) : Exception(message);

/// <summary>What a store had to do to go on; for the log and for health.</summary>
/// <param name="File">The file in the store's folder.</param>
/// <param name="Reason">A sentence.</param>
/// <param name="SetAsideAs">The name it was given; null when it was only reopened.</param>
public sealed record StoreTrouble(string File, string Reason, string? SetAsideAs);

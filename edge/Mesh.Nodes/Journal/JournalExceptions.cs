namespace Mesh.Nodes;

/// <summary>
/// A write or sync of the journal failed: whether the frame is durable cannot be known, so nothing may be acknowledged
/// any more. The process ends and finds out at its next start.
/// </summary>
public sealed class JournalFailedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>There is no room for a further segment. Nothing was written and the journal lives: try again later.</summary>
public sealed class JournalFullException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The folder holds a journal that must not be opened: another node's, or of a format this version does not know.</summary>
public sealed class JournalRefusedException(string message) : Exception(message);

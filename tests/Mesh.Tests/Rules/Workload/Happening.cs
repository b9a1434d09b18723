namespace Mesh.Tests.Rules.Workload;

/// <summary>One reading of the workload, as a program written by hand would hold it.</summary>
/// <param name="Millis">Since the beginning.</param>
/// <param name="Room">Such as <c>room0017</c>.</param>
/// <param name="Kind"><c>temperature</c>, <c>motion</c> or <c>door</c>.</param>
/// <param name="Value">Degrees, or 0 and 1.</param>
internal sealed record Happening(long Millis, string Room, string Kind, double Value);

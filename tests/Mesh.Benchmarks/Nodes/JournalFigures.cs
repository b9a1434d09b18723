namespace Mesh.Benchmarks.Nodes;
internal static class JournalFigures { public static Task<IReadOnlyList<Figure>> MeasureAsync() => throw new NotSupportedException(); }

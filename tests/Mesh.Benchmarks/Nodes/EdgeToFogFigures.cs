namespace Mesh.Benchmarks.Nodes;
internal static class EdgeToFogFigures { public static Task<IReadOnlyList<Figure>> MeasureAsync() => throw new NotSupportedException(); }

namespace Mesh.Benchmarks.Nodes;
internal static class CloudIntakeFigures { public static Task<IReadOnlyList<Figure>> MeasureAsync() => throw new NotSupportedException(); }

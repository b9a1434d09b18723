namespace Mesh.Benchmarks.Nodes;
internal static class SizeFigures { public static Task<IReadOnlyList<Figure>> MeasureAsync() => throw new NotSupportedException(); }

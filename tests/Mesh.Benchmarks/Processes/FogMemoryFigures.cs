namespace Mesh.Benchmarks.Processes;
internal static class FogMemoryFigures { public static Task<IReadOnlyList<Figure>> MeasureAsync() => throw new NotSupportedException(); }

namespace Mesh.Benchmarks.Processes;
internal static class FogStartFigures { public static Task<IReadOnlyList<Figure>> MeasureAsync() => throw new NotSupportedException(); }

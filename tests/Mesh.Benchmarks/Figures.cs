namespace Mesh.Benchmarks;

internal static class Figures
{
    public static int Run(string[] args) => args.Length;
}

using CsCheck;

namespace Mesh.Tests.Rules.Oracle;

/// <summary>
/// Runs a property over generated cases. By default they are the same ones every time, so that a red build is the fault
/// of a change; <c>MESH_ORACLE=20</c> makes twenty times as many, new ones each time, with the seed of one that fails.
/// </summary>
internal static class Soak
{
    private static readonly int Times = int.TryParse(Environment.GetEnvironmentVariable("MESH_ORACLE"), out var n)
        ? n
        : 0;

    public static void Run<T>(Gen<T> gen, Action<T> property, int cases, Func<T, string>? print = null)
    {
        if (Times > 0)
        {
            gen.Sample(property, iter: cases * Times, print: print ?? (_ => ""));
            return;
        }

        for (uint i = 1; i <= cases; i++)
        {
            var one = gen.Generate(new PCG(i, 1234), null, out _);
            try
            {
                property(one);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Case {i}: {print?.Invoke(one)}\n{e.Message}", e);
            }
        }
    }
}

namespace Mesh.Benchmarks;

/// <summary>What the product gave is not what it must give, so how fast it was is of no interest.</summary>
internal sealed class WrongOutputException : Exception
{
    public WrongOutputException(string message)
        : base(message) { }

    public WrongOutputException(string message, Exception inner)
        : base(message, inner) { }

    public WrongOutputException() { }

    public static void Unless<T>(T expected, T found, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, found))
        {
            throw new WrongOutputException($"{what}: {expected} expected, {found} found");
        }
    }
}

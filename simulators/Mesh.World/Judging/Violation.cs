namespace Mesh.World;

/// <summary>A promise was broken.</summary>
/// <param name="promise">Which one, by name.</param>
/// <param name="what">What shows it.</param>
public sealed class ViolationException(string promise, string what) : Exception($"{promise}: {what}")
{
    public string Promise { get; } = promise;
}

using Mesh.Rules.Expressions;

namespace Mesh.Rules.Running;

/// <summary>From where the instants are counted that are a whole number of steps apart.</summary>
internal static class AlignmentMicros
{
    /// <summary>Notes the key's first reading.</summary>
    public static void Anchor(this WindowAlign align, WindowState window, long at)
    {
        if (align.Kind == WindowAlignment.First && !window.HasPhase)
        {
            (window.HasPhase, window.Phase) = (true, at);
        }
    }

    /// <summary>The last instant of the grid that is not later.</summary>
    public static long NotAfter(this WindowAlign align, WindowState window, long at, long step)
    {
        var phase = align.Kind == WindowAlignment.First ? window.Phase : CompiledRule.Micros(align.Offset);
        return at - Floor.Remainder(at - phase, step);
    }
}

using System.Text;
using Mesh.Rules;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>What tests ask of an engine: what it has said, and what it would save.</summary>
internal static class EngineStates
{
    public static List<RuleOutput> Drain(this RuleEngine engine)
    {
        var outputs = new List<RuleOutput>();
        engine.DrainOutputs(outputs);
        return outputs;
    }

    public static byte[] Saved(this RuleEngine engine, params IEnumerable<string> rules)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        engine.SaveCore(writer);
        foreach (var rule in rules)
        {
            engine.SaveRule(rule, writer);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Goes on from what was saved; the rules are loaded already.</summary>
    public static void Restore(this RuleEngine engine, byte[] saved, params IEnumerable<string> rules)
    {
        using var reader = new BinaryReader(new MemoryStream(saved), Encoding.UTF8);
        engine.RestoreCore(reader);
        foreach (var rule in rules)
        {
            Assert.True(engine.RestoreRule(rule, reader), rule);
        }
    }
}

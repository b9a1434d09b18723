using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Security.Cryptography;
using Mesh.Rules;
using Mesh.Rules.Yaml;

namespace Mesh.Cli;

/// <summary>
/// Loads assemblies with rules in code, each into a context of its own: what it brings along meets nothing of the
/// program's but the contract. An assembly that a node loads is named with its SHA-256, and is never part of a bundle.
/// </summary>
internal static class RuleAssemblies
{
    private static readonly string[] Shared = ["Mesh.Rules", "Mesh.Contracts", "System.Reactive"];

    public static string HashOf(byte[] assembly) => Convert.ToHexStringLower(SHA256.HashData(assembly));

    /// <summary>The rules of an assembly; what is wrong goes to <paramref name="diagnostics"/>.</summary>
    /// <param name="file">The assembly.</param>
    /// <param name="sha256">What it must be; null where the user has named the file himself.</param>
    /// <param name="diagnostics">Receives what is wrong with it.</param>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The trimmed build refuses plug-ins above.")]
    public static IReadOnlyList<CompiledRule> Load(string file, string? sha256, Diagnostics diagnostics)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            diagnostics.Error(file, default, "this build of mesh is compiled ahead of time and loads no rules in code");
            return [];
        }

        if (Read(file, sha256, diagnostics) is not { } content)
        {
            return [];
        }

        try
        {
            var assembly = new Context(Path.GetFullPath(file)).LoadFromAssemblyPath(Path.GetFullPath(file));
            var types = assembly
                .GetExportedTypes()
                .Where(t => t is { IsAbstract: false } && t.IsAssignableTo(typeof(CodeRule)));
            var rules = types.Select(t => Make(t, file, HashOf(content), diagnostics)).OfType<CompiledRule>().ToList();
            if (rules.Count == 0 && !diagnostics.HasErrors)
            {
                diagnostics.Error(file, default, "it has no public class that derives from Mesh.Rules.CodeRule");
            }

            return rules;
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or TypeLoadException)
        {
            diagnostics.Error(file, default, $"it cannot be loaded: {e.Message}");
            return [];
        }
    }

    private static byte[]? Read(string file, string? sha256, Diagnostics diagnostics)
    {
        if (!File.Exists(file))
        {
            diagnostics.Error(file, default, "there is no such file");
            return null;
        }

        var content = File.ReadAllBytes(file);
        var found = HashOf(content);
        if (sha256 is not null && !string.Equals(sha256, found, StringComparison.OrdinalIgnoreCase))
        {
            diagnostics.Error(file, default, $"its SHA-256 is {found}; {sha256} is expected: it is not loaded");
            return null;
        }

        var before = diagnostics.Errors;
        AssemblyInspection.Check(file, content, diagnostics);
        return diagnostics.Errors == before ? content : null;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "The trimmed build refuses plug-ins.")]
    private static CompiledRule? Make(Type type, string file, string sha256, Diagnostics diagnostics)
    {
        try
        {
            return CodeRules.Compile((CodeRule)Activator.CreateInstance(type)!, file, sha256, diagnostics);
        }
        catch (Exception e) when (e is MissingMethodException or TargetInvocationException)
        {
            diagnostics.Error(file, default, $"{type.FullName} cannot be made: {(e.InnerException ?? e).Message}");
            return null;
        }
    }

    private sealed class Context(string path) : AssemblyLoadContext(path)
    {
        private readonly AssemblyDependencyResolver _resolver = new(path);

        [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The trimmed build refuses plug-ins.")]
        protected override Assembly? Load(AssemblyName assemblyName) =>
            !Shared.Contains(assemblyName.Name, StringComparer.Ordinal)
            && _resolver.ResolveAssemblyToPath(assemblyName) is { } file
                ? LoadFromAssemblyPath(file)
                : null;
    }
}

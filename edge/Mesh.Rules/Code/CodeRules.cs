using System.Security.Cryptography;
using System.Text;
using Mesh.Contracts;
using Mesh.Rules.Code;
using Mesh.Rules.Compiled;
using Mesh.Rules.Yaml;

namespace Mesh.Rules;

/// <summary>Makes rules in code run beside those in YAML.</summary>
public static class CodeRules
{
    /// <summary>Null when the rule describes itself wrongly, which <paramref name="diagnostics"/> then says.</summary>
    /// <param name="code">The rule.</param>
    /// <param name="file">The assembly it comes from, as messages name it.</param>
    /// <param name="sha256">The assembly's hash: another assembly's state is not taken over.</param>
    /// <param name="diagnostics">Receives what is wrong.</param>
    public static CompiledRule? Compile(CodeRule code, string file, string sha256, Diagnostics diagnostics)
    {
        var before = diagnostics.Errors;
        var type = code.GetType().FullName;
        if (!Limits.IsId(code.Id) || code.Id.Any(c => c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')))
        {
            diagnostics.Error(
                file,
                default,
                $"{type}: the id is '{code.Id}'; lower-case letters, digits and '-' are expected"
            );
        }

        if (code.Sensors.Count == 0)
        {
            diagnostics.Error(file, default, $"{type}: the rule names no sensor; it would never see a reading");
        }

        if (code.Horizon < TimeSpan.Zero || code.Lateness < TimeSpan.Zero)
        {
            diagnostics.Error(file, default, $"{type}: horizon and lateness are not below 0");
        }

        return diagnostics.Errors == before ? Make(code, file, $"{sha256}\n{type}") : null;
    }

    private static CompiledRule Make(CodeRule code, string file, string identity)
    {
        var layout = new RuleLayout([]);
        foreach (var sensor in code.Sensors)
        {
            layout.Sensor(sensor).Judged = true;
        }

        var definition = new RuleDefinition
        {
            Node = new YamlScalar(new YamlSource(file, code.Id), default, 0, code.Id, plain: true, block: false),
            Id = code.Id,
            Body = new CodeDefinition(),
            Lateness = code.Lateness,
            MaxDelay = code.Lateness,
            Severity = code.Severity,
        };
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"mesh-code-1\n{identity}\n{code.Id}"));
        return new CompiledRule(definition, layout, new CodeBody(code), Convert.ToHexStringLower(hash.AsSpan(0, 8)));
    }
}

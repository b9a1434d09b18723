using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Mesh.Rules.Code;
using Mesh.Rules.Yaml;

namespace Mesh.Rules;

/// <summary>
/// Reads an assembly with rules, without loading it, and refuses what would let a rule see the wall clock, chance or
/// another thread: its outputs could not be replayed. It is no sandbox: who may name an assembly may run code.
/// </summary>
public static class AssemblyInspection
{
    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["System.DateTime.get_Now"] = "the wall clock",
        ["System.DateTime.get_UtcNow"] = "the wall clock",
        ["System.DateTime.get_Today"] = "the wall clock",
        ["System.DateTimeOffset.get_Now"] = "the wall clock",
        ["System.DateTimeOffset.get_UtcNow"] = "the wall clock",
        ["System.Environment.get_TickCount"] = "the wall clock",
        ["System.Environment.get_TickCount64"] = "the wall clock",
        ["System.TimeProvider.get_System"] = "the wall clock",
        ["System.Diagnostics.Stopwatch.StartNew"] = "the wall clock",
        ["System.Diagnostics.Stopwatch.GetTimestamp"] = "the wall clock",
        ["System.Threading.Tasks.Task.Delay"] = "the wall clock",
        ["System.Threading.Thread.Sleep"] = "the wall clock",
        ["System.Threading.Timer..ctor"] = "the wall clock",
        ["System.Timers.Timer..ctor"] = "the wall clock",
        ["System.Threading.Tasks.Task.Run"] = "another thread",
        ["System.Threading.Thread..ctor"] = "another thread",
        ["System.Random.get_Shared"] = "chance",
        ["System.Guid.NewGuid"] = "chance",
        ["System.Reactive.Concurrency.Scheduler.get_Default"] = "a scheduler of its own",
        ["System.Reactive.Concurrency.DefaultScheduler.get_Instance"] = "a scheduler of its own",
        ["System.Reactive.Concurrency.TaskPoolScheduler.get_Default"] = "a scheduler of its own",
        ["System.Reactive.Concurrency.ThreadPoolScheduler.get_Instance"] = "a scheduler of its own",
        ["System.Reactive.Concurrency.NewThreadScheduler.get_Default"] = "a scheduler of its own",
        ["System.Reactive.Concurrency.EventLoopScheduler..ctor"] = "a scheduler of its own",
    };

    // These use the wall clock although no argument of theirs is a time.
    private static readonly string[] Timed = ["Interval", "Timer", "Timestamp", "TimeInterval"];

    /// <summary>An error for every place that reads the clock, draws a number or starts a thread.</summary>
    /// <param name="file">As messages name it.</param>
    /// <param name="assembly">The content of the file.</param>
    /// <param name="diagnostics">Receives the errors.</param>
    public static void Check(string file, ReadOnlyMemory<byte> assembly, Diagnostics diagnostics)
    {
        try
        {
            using var stream = new MemoryStream(assembly.ToArray());
            using var image = new PEReader(stream);
            var reader = image.GetMetadataReader();
            foreach (var handle in reader.MethodDefinitions)
            {
                Method(file, image, reader, handle, diagnostics);
            }
        }
        catch (Exception e) when (e is BadImageFormatException or InvalidOperationException)
        {
            diagnostics.Error(file, default, "it is no .NET assembly");
        }
    }

    private static void Method(
        string file,
        PEReader image,
        MetadataReader reader,
        MethodDefinitionHandle handle,
        Diagnostics diagnostics
    )
    {
        var method = reader.GetMethodDefinition(handle);
        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        var body = image.GetMethodBody(method.RelativeVirtualAddress).GetILContent();
        foreach (var member in Called(reader, body.AsSpan()).Distinct())
        {
            if (Wrong(reader, member) is { } wrong)
            {
                diagnostics.Error(file, default, $"{PlaceOf(reader, method)}: {wrong}");
            }
        }
    }

    // A lambda stands in a class of the compiler's, whose name says in which method it was written.
    private static string PlaceOf(MetadataReader reader, MethodDefinition method)
    {
        var type = reader.GetTypeDefinition(method.GetDeclaringType());
        var name = reader.GetString(method.Name);
        while (type.IsNested && reader.GetString(type.Name).StartsWith('<'))
        {
            type = reader.GetTypeDefinition(type.GetDeclaringType());
        }

        var close = name.IndexOf('>', StringComparison.Ordinal);
        return $"{reader.GetString(type.Name)}.{(name.StartsWith('<') && close > 1 ? name[1..close] : name)}";
    }

    // call, callvirt, newobj and ldftn are an operation byte and a token.
    private static List<MemberReferenceHandle> Called(MetadataReader reader, ReadOnlySpan<byte> body)
    {
        var called = new List<MemberReferenceHandle>();
        for (var i = 0; i + 4 < body.Length; i++)
        {
            if (body[i] is 0x28 or 0x6F or 0x73 or 0x06)
            {
                var token = BinaryPrimitives.ReadInt32LittleEndian(body[(i + 1)..]);
                if (Member(reader, token) is { IsNil: false } member)
                {
                    called.Add(member);
                }
            }
        }

        return called;
    }

    private static MemberReferenceHandle Member(MetadataReader reader, int token)
    {
        var (table, row) = (token >> 24, token & 0xFFFFFF);
        if (row == 0)
        {
            return default;
        }

        if (table == (int)TableIndex.MemberRef && row <= reader.GetTableRowCount(TableIndex.MemberRef))
        {
            return MetadataTokens.MemberReferenceHandle(row);
        }

        if (table != (int)TableIndex.MethodSpec || row > reader.GetTableRowCount(TableIndex.MethodSpec))
        {
            return default;
        }

        var method = reader.GetMethodSpecification(MetadataTokens.MethodSpecificationHandle(row)).Method;
        return method.Kind == HandleKind.MemberReference ? (MemberReferenceHandle)method : default;
    }

    private static string? Wrong(MetadataReader reader, MemberReferenceHandle handle)
    {
        var member = reader.GetMemberReference(handle);
        if (member.Parent.Kind != HandleKind.TypeReference || member.GetKind() != MemberReferenceKind.Method)
        {
            return null;
        }

        var type = TypeNames.Of(reader, (TypeReferenceHandle)member.Parent);
        var name = reader.GetString(member.Name);
        if (Refused.TryGetValue($"{type}.{name}", out var why))
        {
            return $"{type}.{name.Replace("get_", "", StringComparison.Ordinal)} brings in {why}; a rule has the time of its readings and the scheduler it is given";
        }

        var parameters = member.DecodeMethodSignature(TypeNames.Instance, genericContext: null).ParameterTypes;
        if (type == "System.Random" && name == ".ctor" && parameters.Length == 0)
        {
            return "System.Random without a seed brings in chance; give it a seed";
        }

        var timed =
            Timed.Contains(name, StringComparer.Ordinal)
            || parameters.Any(p => p is "System.TimeSpan" or "System.DateTimeOffset");
        return
            type == "System.Reactive.Linq.Observable"
            && timed
            && !parameters.Contains("System.Reactive.Concurrency.IScheduler", StringComparer.Ordinal)
            ? $"Observable.{name} runs on the wall clock unless it is given a scheduler; pass it the 'time' of Build"
            : null;
    }
}

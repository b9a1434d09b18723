using Xunit;

namespace Mesh.EndToEnd.Faults;

/// <summary>Programs that do faults to a process; a test is skipped where they are absent, in <c>.ci/run</c> they are not.</summary>
internal static class Tools
{
    /// <summary>Injects into system calls: <c>fdatasync:error=EIO:when=20+</c>. The program's exit code is passed on.</summary>
    public static string Strace(string inject)
    {
        Need("strace");
        var call = inject.Split(':')[0];
        return $"strace -f -qq -o /dev/null -e trace={call} -e signal=none -e inject={inject}";
    }

    /// <summary>Runs under a wall clock that a file moves: <c>+10y</c>, <c>-3600</c>. Other clocks stay as they are.</summary>
    public static string Faketime(string file)
    {
        Need("faketime");
        var library = Directory
            .GetDirectories("/usr/lib")
            .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(library is null, "libfaketimeMT.so.1 is not found (Debian: apt-get install faketime)");
        return $"env LD_PRELOAD={library} FAKETIME_TIMESTAMP_FILE={file} FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1";
    }

    private static void Need(string program)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Any(folder => File.Exists(Path.Combine(folder, program)));
        Assert.SkipWhen(!found, $"{program} is not installed (Debian: apt-get install {program})");
    }
}

using System.Globalization;
using Xunit;

namespace Mesh.EndToEnd.Torture;

/// <summary>Debian's Mosquitto with persistence as its documentation shows it; everything else is its default.</summary>
public static class Mosquitto
{
    /// <summary>Skips the test where it is not installed; <c>.ci/run</c> installs it and lets nothing be skipped.</summary>
    public static string Program()
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Append("/usr/sbin")
            .Select(folder => Path.Combine(folder, "mosquitto"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, "mosquitto is not installed (Debian: apt-get install mosquitto)");
        return found;
    }

    /// <summary>Writes a configuration and returns the command that runs it.</summary>
    public static string Prepare(Processes.TemporaryFolder folder, string name, int port, string further = "")
    {
        var data = Directory.CreateDirectory(Path.Combine(folder.Path, name));

        // Started by root it becomes the user mosquitto, whom the folder must belong to then; so it stays root.
        folder.Write(
            $"{name}.conf",
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                user root
                listener {port} 127.0.0.1
                allow_anonymous true
                persistence true
                persistence_location {data.FullName}/
                {further}

                """
            )
        );
        return $"{Program()} -c {name}.conf";
    }
}

using System.Globalization;
using Xunit;

namespace Mesh.EndToEnd.Torture;

/// <summary>
/// R1, R4 and R5 with real processes: killed, stopped and starved at random instants, while they start as well. The seed
/// that is printed repeats the faults, though not the instants at which the processes are then.
/// </summary>
public sealed class TortureProof(ITestOutputHelper output)
{
    /// <summary>Kills of each tier in the tests; <c>tests/torture</c> does as many as one likes.</summary>
    private const int Kills = 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Nothing_is_lost_or_doubled_whichever_process_is_killed(bool mosquitto) =>
        RunAsync(Environment.TickCount, mosquitto ? Kills / 2 : Kills, mosquitto);

    [Fact(Explicit = true)]
    public async Task As_long_as_one_likes()
    {
        var kills = Setting("MESH_KILLS", 1_000);
        var seed = Setting("MESH_SEED", Environment.TickCount);
        var mosquitto = Environment.GetEnvironmentVariable("MESH_BROKER") == "mosquitto";

        // In runs of 50 kills per tier, so that what is compared at the end stays small and a failure is found early.
        for (var done = 0; done < kills; done += 50)
        {
            await RunAsync(seed + done, Math.Min(50, kills - done), mosquitto);
        }
    }

    private async Task RunAsync(int seed, int kills, bool mosquitto)
    {
        var random = new Random(seed);
        await using var mesh = new TorturedMesh(mosquitto);
        mesh.Start();
        var left = mesh.Tiers.ToDictionary(t => t, _ => kills);
        var (frozen, starved) = (0, 0);
        while (left.Values.Any(l => l > 0))
        {
            await Task.Delay(random.Next(0, 900), TestContext.Current.CancellationToken);
            var tier = mesh.Tiers.ElementAt(random.Next(mesh.Tiers.Count));
            var fault = random.Next(10);
            if (fault == 0)
            {
                await mesh.Process(tier).FreezeAsync(TimeSpan.FromMilliseconds(random.Next(50, 1500)));
                frozen++;
            }
            else if (fault == 1)
            {
                await mesh.Process(tier).StarveAsync(TimeSpan.FromMilliseconds(random.Next(50, 1500)));
                starved++;
            }
            else if (left[tier] > 0 && await mesh.KillAsync(tier))
            {
                left[tier]--;
            }

            await mesh.GoOnAsync();
        }

        var account = await mesh.FinishAsync();
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"seed {seed}: {kills} kills of each of {string.Join(", ", mesh.Tiers)}; stopped {frozen}, starved {starved} times: {account}; acknowledged to the sender {mesh.Sender.Acknowledged}"
        );
        output.WriteLine(text);
        TestContext.Current.SendDiagnosticMessage("{0}", text);
        Assert.True(account.IsRight && mesh.Sender.Broken is null, $"{text}\n{mesh.Sender.Broken}");
        Assert.True(account.Delivered > 100, text);
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;
}

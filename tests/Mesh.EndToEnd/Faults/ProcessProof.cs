using System.Globalization;
using System.Net.Sockets;
using Mesh.EndToEnd.Torture;
using Xunit;

namespace Mesh.EndToEnd.Faults;

/// <summary>Clocks that jump, processes that stand still, limits that are hit, subscribers that do not read.</summary>
public sealed class ProcessProof(ITestOutputHelper output)
{
    [Fact]
    public async Task A_clock_that_jumps_ten_years_ahead_and_back_loses_and_reorders_nothing()
    {
        await using var mesh = new TorturedMesh(edge: false);
        var clock = Path.Combine(mesh.Folder, "clock");
        await File.WriteAllTextAsync(clock, "+0", TestContext.Current.CancellationToken);
        mesh.Under("fog", Tools.Faketime(clock));
        mesh.Start();
        await mesh.FlowAsync();
        foreach (var jump in (string[])["+10y", "-10y", "+3600", "+0"])
        {
            await File.WriteAllTextAsync(clock, jump, TestContext.Current.CancellationToken);
            await mesh.FlowAsync();
        }

        await AssertRightAsync(mesh);
    }

    [Theory]
    [InlineData("fog", false)]
    [InlineData("fog", true)]
    [InlineData("mosquitto", true)]
    [InlineData("cloud", false)]
    public async Task A_process_that_stands_still_for_a_while_goes_on_where_it_was(string tier, bool mosquitto)
    {
        await using var mesh = new TorturedMesh(mosquitto, edge: false);
        mesh.Start();
        await mesh.FlowAsync();
        await mesh.Process(tier).FreezeAsync(TimeSpan.FromSeconds(7));
        var back = await mesh.FlowAsync();
        Say($"200 readings {back.TotalSeconds:0.0} s after the {tier} went on");
        await AssertRightAsync(mesh);
    }

    [Fact]
    public async Task Ten_times_more_than_the_disk_takes_and_no_cloud_stays_within_a_memory_limit()
    {
        await using var mesh = new TorturedMesh(edge: false);

        // 64 MiB of heap; every sync takes 50 ms, so that what eight senders bring without a pause has to wait.
        mesh.Under("fog", $"env DOTNET_GCHeapHardLimit=0x4000000 {Tools.Strace("fdatasync:delay_enter=50000")}");
        mesh.Start();
        await mesh.FlowAsync(20);
        await mesh.Process("cloud").KillAsync();
        var others = Enumerable
            .Range(2, 8)
            .Select(n => new LedgerSender(mesh.Mqtt, $"sender-{n}") { Pause = 0, Padding = 200 })
            .ToList();
        others.ForEach(s => s.Start());
        await Task.Delay(TimeSpan.FromSeconds(8), TimeProvider.System, TestContext.Current.CancellationToken);
        await mesh.FlowAsync(20);
        Say($"{others.Sum(o => o.Acknowledged)} readings of eight senders in the overload");
        foreach (var other in others)
        {
            await other.DisposeAsync();
        }

        mesh.Start("cloud");
        await AssertRightAsync(mesh);
    }

    [Fact]
    public async Task A_subscriber_that_does_not_read_holds_nobody_up()
    {
        await using var mesh = new TorturedMesh(edge: false);
        mesh.Sender.Pause = 1;
        mesh.Start();
        await mesh.FlowAsync();
        using var deaf = new TcpClient { ReceiveBufferSize = 2048 };
        await deaf.ConnectAsync("127.0.0.1", mesh.Mqtt, TestContext.Current.CancellationToken);

        // CONNECT of MQTT 3.1.1 as "deaf" without a keep-alive, SUBSCRIBE to # with QoS 1; the answers are never read.
        byte[] hello = [0x10, 16, 0, 4, .. "MQTT"u8, 4, 2, 0, 0, 0, 4, .. "deaf"u8, 0x82, 6, 0, 1, 0, 1, (byte)'#', 1];
        await deaf.GetStream().WriteAsync(hello, TestContext.Current.CancellationToken);
        var before = mesh.Process("fog").PeakBytes;
        var flow = await mesh.FlowAsync(10_000);
        Say(
            $"10,000 readings in {flow.TotalSeconds:0.0} s beside it; memory {before >> 20} to {mesh.Process("fog").PeakBytes >> 20} MiB"
        );
        await AssertRightAsync(mesh);
    }

    private void Say(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private async Task AssertRightAsync(TorturedMesh mesh)
    {
        var account = await mesh.FinishAsync();
        output.WriteLine($"{account}");
        Assert.True(account.IsRight && mesh.Sender.Broken is null, $"{account}\n{mesh.Sender.Broken}\n{mesh.Words()}");
    }
}

using System.Globalization;
using Mesh.EndToEnd.Torture;
using Xunit;

namespace Mesh.EndToEnd.Faults;

/// <summary>What disks do to a fog: R3 and R6. Each ends with the account of a mesh that went on without a person.</summary>
public sealed class DiskProof(ITestOutputHelper output)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_full_disk_refuses_what_it_cannot_hold_and_goes_on_by_itself_when_there_is_room()
    {
        using var disk = new SmallDisk(12);
        await using var mesh = new TorturedMesh(
            edge: false,
            fog: $$"""
            data: {{disk.Path}}/fog-1
            journal: {segment: 1MiB, keep: 1MiB}
            """
        );
        (mesh.Sender.Padding, mesh.Sender.Pause) = (900, 1);
        mesh.Start();
        await mesh.FlowAsync();
        disk.Fill();
        await mesh.SaidAsync("fog", "is full: readings are refused");

        // What is acknowledged stays acknowledged, what is not is refused; the node answers meanwhile.
        var full = mesh.Sender.Acknowledged;
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.InRange(mesh.Sender.Acknowledged, full, full + 20);
        Assert.Equal("fog-1", (await mesh.Fog.Get("/v1/status")).GetProperty("node").GetString());
        disk.Empty();
        var back = await mesh.FlowAsync(1);
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"service resumed {back.TotalSeconds:0.0} s after room returned"
            )
        );
        await mesh.SaidAsync("fog", "there is room again");
        mesh.Sender.Padding = 0;
        await AssertRightAsync(mesh);
    }

    [Fact]
    public async Task A_disk_that_is_read_only_is_named_at_the_start_and_used_once_it_can_be_written()
    {
        using var disk = new SmallDisk(64);
        await using var mesh = new TorturedMesh(edge: false, fog: $"data: {disk.Path}/fog-1");
        disk.Remount("ro");
        mesh.Start();
        Assert.Equal(1, await mesh.Process("fog").ExitAsync(Deadline));
        Assert.Contains(disk.Path, mesh.Process("fog").Said, StringComparison.Ordinal);
        Assert.Contains("read-only", mesh.Process("fog").Said, StringComparison.OrdinalIgnoreCase);
        disk.Remount("rw");
        mesh.Start("fog");
        await mesh.FlowAsync();
        await AssertRightAsync(mesh);
    }

    [Theory]
    [InlineData("fdatasync:error=EIO:when=25+")]
    [InlineData("pwrite64:error=EROFS:when=60+")]
    public async Task A_disk_that_fails_ends_the_process_with_3_and_nothing_acknowledged_is_missing(string inject)
    {
        await using var mesh = new TorturedMesh(edge: false);
        mesh.Under("fog", Tools.Strace(inject));
        mesh.Start();
        Assert.Equal(3, await mesh.Process("fog").ExitAsync(Deadline));
        var said = mesh.Process("fog").Said;
        Assert.Contains("stops: nothing further is accepted", said, StringComparison.Ordinal);
        var acknowledged = mesh.Sender.Acknowledged;

        // As systemd does: it is started again, and the disk is well.
        mesh.Under("fog", null);
        mesh.Start("fog");
        await mesh.FlowAsync();
        Assert.True(mesh.Sender.Broken is null, mesh.Sender.Broken);
        await AssertRightAsync(mesh);
        output.WriteLine($"{acknowledged} readings were acknowledged when the disk failed");
    }

    [Fact]
    public async Task A_slow_disk_slows_the_senders_and_loses_nothing()
    {
        await using var mesh = new TorturedMesh(edge: false);
        mesh.Under("fog", Tools.Strace("fdatasync:delay_enter=200000"));
        mesh.Sender.Pause = 1;
        mesh.Start();
        var slow = await mesh.FlowAsync(400);
        mesh.Sender.Pause = 10;
        await AssertRightAsync(mesh);
        output.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"400 readings in {slow.TotalSeconds:0.0} s with 0.2 s a sync")
        );
    }

    private async Task AssertRightAsync(TorturedMesh mesh)
    {
        var account = await mesh.FinishAsync();
        output.WriteLine($"{account}");
        Assert.True(account.IsRight && mesh.Sender.Broken is null, $"{account}\n{mesh.Sender.Broken}\n{mesh.Words()}");
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Mesh.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mesh.Tests.Api;

public class NodeHostTests
{
    [Fact]
    public async Task A_taken_port_is_one_sentence_with_the_address_and_the_remedy()
    {
        await using var node = await RunningNode.StartAsync();
        var trouble = await Assert.ThrowsAsync<EndPointException>(() =>
            NodeHost.StartAsync(
                node.Node,
                node.Host.EndPoint,
                new NodeFacts(),
                NullLoggerFactory.Instance,
                RunningNode.Cancel
            )
        );
        Assert.Equal(
            $"cannot listen on {node.Host.EndPoint}: another program listens there; stop it, or choose another port (0 takes a free one)",
            trouble.Message
        );
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:1", HttpStatusCode.OK)]
    [InlineData("mesh.example.org", HttpStatusCode.MisdirectedRequest)]
    public async Task A_node_on_loopback_answers_to_no_foreign_name(string name, HttpStatusCode expected)
    {
        await using var node = await RunningNode.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "health");
        request.Headers.Host = name;
        using var answer = await node.Http.SendAsync(request, RunningNode.Cancel);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Health_tells_a_hop_in_trouble_and_a_node_that_stopped()
    {
        var hop = new HopStatus { Target = "http://cloud/" };
        await using var node = await RunningNode.StartAsync(new NodeFacts { Hops = [hop] });
        Assert.Contains("\"status\":\"ok\"", await node.Http.GetStringAsync("health", RunningNode.Cancel), StringComparison.Ordinal);
        hop.Down("nobody listens there");
        var health = await node.Http.GetStringAsync("health", RunningNode.Cancel);
        Assert.Contains("\"status\":\"degraded\"", health, StringComparison.Ordinal);
        Assert.Contains("http://cloud/: nobody listens there", health, StringComparison.Ordinal);
        node.Node.Dispose();
        using var stopped = await node.Http.GetAsync("health", RunningNode.Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, stopped.StatusCode);
    }

    [Fact]
    public async Task Status_has_every_part_that_the_commands_read()
    {
        await using var node = await RunningNode.StartAsync(
            new NodeFacts
            {
                Version = "1.2.3",
                Clients = () => 3,
                Rejected = () => 4,
            }
        );
        var status = JsonDocument.Parse(await node.Http.GetStringAsync("v1/status", RunningNode.Cancel)).RootElement;
        Assert.Equal("1.2.3", status.GetProperty("version").GetString());
        Assert.Equal("live", status.GetProperty("clock").GetProperty("kind").GetString());
        Assert.Equal(0, status.GetProperty("lanes").GetProperty("alarms").GetProperty("backlog").GetInt64());
        Assert.Equal(1, status.GetProperty("counters").GetProperty("starts").GetInt64());
        Assert.Equal(3, status.GetProperty("clients").GetInt32());
        Assert.Equal(4, status.GetProperty("rejected").GetInt64());
        Assert.Equal(node.Node.Epoch, status.GetProperty("journal").GetProperty("epoch").GetInt64());
    }

    [Theory]
    [InlineData("lock-101", "application/json", 202, "")]
    [InlineData("lock-102", "application/json", 404, "no device 'lock-102' is known on this node (did you mean 'lock-101'?)")]
    [InlineData("lock 101", "application/json", 400, "device: 'lock 101' is not an id")]
    [InlineData("lock-101", "text/plain", 415, "Content-Type is 'text/plain'; application/json is expected")]
    public async Task A_command_is_taken_for_a_known_device_and_declared_as_json(
        string device,
        string type,
        int status,
        string detail
    )
    {
        await using var node = await RunningNode.StartAsync();
        using var body = new ByteArrayContent(
            Encoding.UTF8.GetBytes($$"""{"device":"{{device}}","sensor":"lock","value":true}""")
        );
        body.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var answer = await node.Http.PostAsync("v1/commands", body, RunningNode.Cancel);
        var text = await answer.Content.ReadAsStringAsync(RunningNode.Cancel);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(detail, JsonDocument.Parse(text).RootElement.TryGetProperty("detail", out var said) ? said.GetString()! : "", StringComparison.Ordinal);
        Assert.Equal(status == 202 ? 1 : 0, node.Node.Look(core => core.Commands.All.Count));
    }
}

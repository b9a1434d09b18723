using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace Mesh.Tests.Cloud;

public partial class PageTests
{
    [Fact]
    public async Task The_page_and_all_it_names_come_with_a_policy_that_allows_nothing_else()
    {
        await using var cloud = await RunningCloud.StartAsync();
        var page = await cloud.Http.GetStringAsync("/", RunningCloud.Cancel);
        var named = Named().Matches(page).Select(m => m.Groups["address"].Value).ToHashSet(StringComparer.Ordinal);
        Assert.Contains("/page/page.js", named);
        foreach (var address in named.Append("/"))
        {
            using var answer = await cloud.Http.GetAsync(address, RunningCloud.Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith(
                "default-src 'none'; script-src 'self'; style-src 'self';",
                policy,
                StringComparison.Ordinal
            );
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        }
    }

    [Fact]
    public async Task Nothing_of_the_page_turns_text_into_markup_or_code()
    {
        await using var cloud = await RunningCloud.StartAsync();
        var page = await cloud.Http.GetStringAsync("/", RunningCloud.Cancel);
        Assert.DoesNotMatch(@"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", page);
        foreach (var script in (string[])["page", "dom", "nodes", "events", "values", "sensor", "format", "why"])
        {
            var text = await cloud.Http.GetStringAsync($"/page/{script}.js", RunningCloud.Cancel);
            Assert.DoesNotMatch(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text);
        }
    }

    [GeneratedRegex("(src|href)=\"(?<address>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Named();
}

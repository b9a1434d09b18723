using Xunit;

namespace Mesh.Tests.Law;

public sealed class FolderLawTests
{
    [Fact]
    public void This_checkout_keeps_the_law() => Assert.Empty(FolderLaw.Violations(Checkout.Read(Checkout.Root)));

    [Fact]
    public void A_small_checkout_that_keeps_it_has_no_violation() => Assert.Empty(FolderLaw.Violations(Small));

    [Theory]
    [InlineData("docs/guide.md", "", "docs: the top level is fixed")]
    [InlineData("notes.txt", "", "notes.txt: the top level is fixed")]
    [InlineData("src/Program.cs", "", "src: a folder of that name says nothing")]
    [InlineData("edge/Mesh.Common/A.cs", "", "Mesh.Common: a folder of that name says nothing")]
    [InlineData("edge/Mesh.Contracts/Core/A.cs", "", "Core: a folder of that name says nothing")]
    [InlineData("edge/Mesh.Rules/RuleManager.cs", "", "RuleManager.cs: Manager hides a word")]
    [InlineData("edge/Mesh.Rules/StringUtils.cs", "", "StringUtils.cs: Utils hides a word")]
    [InlineData("fog/README.md", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "fog/README.md: 9 lines; at most 8")]
    [InlineData("fog/Mesh.Fog/A.cs", "// TO" + "DO later", "says TO" + "DO")]
    [InlineData("fog/Mesh.Fog/A.cs", "throw new NotImplemented" + "Exception();", "says NotImplemented")]
    public void A_file_that_should_not_be_there_is_found(string path, string text, string violation) =>
        AssertViolation(violation, Small.With(path, text));

    [Theory]
    [InlineData("edge/Mesh.Rules", "../../fog/Mesh.Fog/Mesh.Fog.csproj", "but edge may not see fog")]
    [InlineData("fog/Mesh.Fog", "../../deploy/Mesh.Cli/Mesh.Cli.csproj", "but fog may not see deploy")]
    [InlineData("deploy/Mesh.Cli", "../../tests/Mesh.Tests/Mesh.Tests.csproj", "but deploy may not see tests")]
    [InlineData("fog/Mesh.Fog", @"..\..\deploy\Mesh.Cli\Mesh.Cli.csproj", "but fog may not see deploy")]
    [InlineData("fog/Mesh.Fog", "../Mesh.Planning/Mesh.Planning.csproj", "which does not exist")]
    public void A_reference_away_from_the_device_is_found(string project, string reference, string violation) =>
        AssertViolation(
            violation,
            Small.With(
                $"{project}/{Path.GetFileName(project)}.csproj",
                Project($"""<ProjectReference Include="{reference}" />""")
            )
        );

    [Theory]
    [InlineData("edge/Mesh.Contracts", """<PackageReference Include="LiteDB" />""", "may not refer to LiteDB")]
    [InlineData("edge/Mesh.Rules", """<PackageReference Include="MQTTnet" />""", "may not refer to MQTTnet")]
    [InlineData(
        "edge/Mesh.Rules",
        """<FrameworkReference Include="Microsoft.AspNetCore.App" />""",
        "may not refer to Microsoft.AspNetCore.App"
    )]
    [InlineData(
        "edge/Mesh.Rules",
        """<PackageReference Include="YamlDotNet" Version="1.0.0" />""",
        "states a version of YamlDotNet"
    )]
    [InlineData(
        "edge/Mesh.Rules",
        """<PackageReference Include="YamlDotNet" VersionOverride="1.0.0" />""",
        "states a version of YamlDotNet"
    )]
    public void A_package_where_it_does_not_belong_is_found(string project, string item, string violation) =>
        AssertViolation(violation, Small.With($"{project}/{Path.GetFileName(project)}.csproj", Project(item)));

    [Fact]
    public void A_project_that_the_law_does_not_know_is_found() =>
        AssertViolation("no line for Mesh.New", Small.With("fog/Mesh.New/Mesh.New.csproj", Project("")));

    [Fact]
    public void A_project_outside_the_solution_is_found() =>
        AssertViolation("fog/Mesh.Fog/Mesh.Fog.csproj: not in Mesh.sln", Small.With("Mesh.sln", ""));

    [Fact]
    public void A_missing_readme_is_found() =>
        AssertViolation("cloud/README.md: missing", Small.Without("cloud/README.md"));

    [Fact]
    public void A_file_of_501_lines_is_found_and_one_of_500_is_not()
    {
        Assert.Empty(FolderLaw.Violations(Small.With("fog/Mesh.Fog/Long.cs", new string('\n', 500))));
        AssertViolation("501 lines", Small.With("fog/Mesh.Fog/Long.cs", new string('\n', 501)));
    }

    private static void AssertViolation(string expected, Checkout checkout) =>
        Assert.Contains(FolderLaw.Violations(checkout), v => v.Contains(expected, StringComparison.Ordinal));

    private static string Project(string items) =>
        $"""<Project Sdk="Microsoft.NET.Sdk"><ItemGroup>{items}</ItemGroup></Project>""";

    private static readonly string[] SmallProjects =
    [
        "edge/Mesh.Contracts/Mesh.Contracts.csproj",
        "edge/Mesh.Rules/Mesh.Rules.csproj",
        "fog/Mesh.Fog/Mesh.Fog.csproj",
        "deploy/Mesh.Cli/Mesh.Cli.csproj",
        "tests/Mesh.Tests/Mesh.Tests.csproj",
    ];

    private static readonly Checkout Small = new(
        SmallProjects
            .ToDictionary(p => p, _ => Project(""))
            .Concat(
                new[] { "edge", "fog", "cloud", "simulators", "deploy", "tests" }.Select(t =>
                    KeyValuePair.Create($"{t}/README.md", "what it is\n")
                )
            )
            .Append(KeyValuePair.Create("Mesh.sln", string.Join('\n', SmallProjects).Replace('/', '\\')))
            .Append(KeyValuePair.Create(".ci/run", "tests/run\n"))
            .ToDictionary(f => f.Key, f => f.Value)
    );
}

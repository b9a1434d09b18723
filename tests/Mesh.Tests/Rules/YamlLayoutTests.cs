using Mesh.Rules.Yaml;
using Mesh.Tests.Law;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary><c>mesh rules format</c>: one layout, every comment, the same meaning.</summary>
public class YamlLayoutTests
{
    public static TheoryData<string> Files() =>
        [
            .. new[] { "deploy", "tests", "edge" }
                .SelectMany(f =>
                    Directory.EnumerateFiles(Path.Combine(Checkout.Root, f), "*.yaml", SearchOption.AllDirectories)
                )
                .Select(f => Path.GetRelativePath(Checkout.Root, f))
                .Order(StringComparer.Ordinal),
        ];

    [Fact]
    public void White_space_gets_its_layout_and_nothing_else_changes() =>
        Assert.Equal(
            """
            # A comment.
            version: 1
            rules:
            # Of the rule.
            - id: a # why
              by: [room, floor]
              inputs:
                x: {latest: "a,  b", where: value > 1, in: [1, 2]} # so
              when: >
                x
                  and y

                or z
              then:
              - notify: it's  here
              # The last.
              - publish: {topic: "x {y}"}

            - id: b
              each: c

            """.ReplaceLineEndings("\n"),
            Format(
                """

                # A comment.
                version:   1
                rules:
                    # Of the rule.
                    -   id:   a # why
                        by:    [ room,floor ]
                        inputs:
                            x: { latest:  "a,  b",where: value > 1  ,in: [1,2 ] } # so
                        when: >
                            x
                              and y

                            or z
                        then:
                            - notify: it's  here   
                            # The last.
                            -   publish: {topic:   "x {y}"}


                    - id: b
                      each: c


                """
            )
        );

    [Theory]
    [MemberData(nameof(Files))]
    public void A_formatted_file_stays_as_it_is(string file)
    {
        var text = File.ReadAllText(Path.Combine(Checkout.Root, file));
        var once = Format(text);
        Assert.NotNull(once);
        Assert.Equal(once, Format(once));
    }

    private static string? Format(string text) => YamlLayout.Format("f.yaml", text, new Diagnostics());
}

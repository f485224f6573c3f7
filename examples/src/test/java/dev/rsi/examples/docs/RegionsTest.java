package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegionsTest {

  @TempDir private Path directory;

  @Test
  void should_find_nested_regions_of_a_source() throws IOException {
    source(
        "class A {",
        "  // #region outer",
        "  int a;",
        "  // #region inner",
        "  int b;",
        "  // #endregion",
        "  int c;",
        "  // #endregion outer",
        "}");
    assertThat(Regions.ofSources(directory))
        .containsEntry("outer", "  int a;\n  int b;\n  int c;\n")
        .containsEntry("inner", "  int b;\n")
        .hasSize(2);
  }

  @Test
  void should_refuse_a_region_without_end_or_beginning_or_with_a_name_taken() throws IOException {
    source("// #region a");
    assertThatIllegalStateException().isThrownBy(() -> Regions.ofSources(directory));
    source("// #endregion");
    assertThatIllegalStateException().isThrownBy(() -> Regions.ofSources(directory));
    source("// #region a", "// #endregion", "// #region a", "// #endregion");
    assertThatIllegalStateException().isThrownBy(() -> Regions.ofSources(directory));
  }

  @Test
  void should_find_the_java_blocks_of_a_document() throws IOException {
    Path document =
        document(
            "# Title",
            "<!-- region: first -->",
            "```java",
            "int a;",
            "```",
            "```",
            "some output",
            "```",
            "```java",
            "int b;",
            "```");
    assertThat(Regions.ofDocument(document))
        .containsExactly(
            new Regions.Shown(3, "first", "int a;\n"), new Regions.Shown(9, "", "int b;\n"));
  }

  @Test
  void should_refuse_a_mark_that_no_java_follows() throws IOException {
    Path other = document("<!-- region: a -->", "```xml", "<a/>", "```");
    assertThatIllegalStateException().isThrownBy(() -> Regions.ofDocument(other));
    Path words = document("<!-- region: a -->", "words", "```java", "int a;", "```");
    assertThatIllegalStateException().isThrownBy(() -> Regions.ofDocument(words));
    Path nothing = document("<!-- region: a -->");
    assertThatIllegalStateException().isThrownBy(() -> Regions.ofDocument(nothing));
    Path open = document("```java", "int a;");
    assertThatIllegalStateException().isThrownBy(() -> Regions.ofDocument(open));
  }

  @Test
  void should_see_past_layout_and_nothing_else() {
    String code = "var loop = ImprovementLoop.builder(generator).seed(7).build();";
    assertThat(
            Regions.normalised(
                "  var loop =\n  ImprovementLoop.builder( generator )\n .seed(7).build();\n"))
        .isEqualTo(Regions.normalised(code));
    assertThat(Regions.normalised(code.replace("7", "8"))).isNotEqualTo(Regions.normalised(code));
    assertThat(Regions.normalised("int a")).isNotEqualTo(Regions.normalised("inta"));
  }

  private void source(String... lines) throws IOException {
    Files.write(directory.resolve("A.java"), List.of(lines));
  }

  private Path document(String... lines) throws IOException {
    return Files.write(directory.resolve("A.md"), List.of(lines));
  }
}

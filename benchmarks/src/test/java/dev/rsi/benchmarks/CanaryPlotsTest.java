package dev.rsi.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/serving.md shows what {@link CanaryPlots} draws and prints. */
class CanaryPlotsTest {
  private static final Path DOCS = Path.of("..", "docs");

  @Test
  void should_show_in_the_guide_what_is_simulated() throws IOException {
    String picture = CanaryPlots.picture();
    assertThat(picture).startsWith("<svg").doesNotContain("NaN", "Infinity");
    assertThat(DOCS.resolve("images").resolve(CanaryPlots.PICTURE)).hasContent(picture);
    assertThat(Files.readString(DOCS.resolve("serving.md")))
        .contains("(images/" + CanaryPlots.PICTURE + ")")
        .contains(String.join("\n", CanaryPlots.advice()));
  }
}

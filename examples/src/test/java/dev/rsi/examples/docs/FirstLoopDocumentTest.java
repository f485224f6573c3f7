package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The program of README.md and docs/first-loop.md, which is {@link FirstLoop}, run as a reader
 * would run it.
 */
class FirstLoopDocumentTest {
  private static final Pattern OUTPUT =
      Pattern.compile("<!-- output: first-loop -->\\s*```text\\n(.*?)```", Pattern.DOTALL);

  @Test
  void should_run_and_print_as_shown() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream console = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      FirstLoop.main(new String[0]);
    } finally {
      System.setOut(console);
    }
    String printed = bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    // The log may stand before it.
    assertThat(printed).endsWith(shown("docs/first-loop.md")).endsWith(shown("README.md"));
  }

  @Test
  void should_take_at_most_forty_lines() throws IOException {
    String program = Regions.ofSources(Path.of("src/test/java")).get("first-loop");
    assertThat(program.lines().filter(line -> !line.isBlank())).hasSizeLessThanOrEqualTo(40);
  }

  /** Nothing in it is undefined. */
  @Test
  void should_be_the_first_code_of_the_readme() throws IOException {
    assertThat(Regions.ofDocument(Path.of("..", "README.md")).get(0).region())
        .isEqualTo("first-loop");
  }

  private static String shown(String document) throws IOException {
    Matcher output = OUTPUT.matcher(Files.readString(Path.of("..").resolve(document)));
    assertThat(output.find()).as("output block in %s", document).isTrue();
    return output.group(1);
  }
}

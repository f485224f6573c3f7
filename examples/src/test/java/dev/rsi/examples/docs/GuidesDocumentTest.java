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

/** The programs of docs/guides on data sets and on failures, run as a reader would run them. */
class GuidesDocumentTest {
  private static final Path GUIDES = Path.of("..", "docs", "guides");

  @FunctionalInterface
  private interface Program {
    void main(String[] args) throws Exception;
  }

  @Test
  void should_run_the_fixed_data_set_and_print_as_shown() throws Exception {
    String data = GUIDES.resolve("tickets.jsonl").toString();
    assertPrintsAsShown("fixed-data-set", FixedDataSet::main, data);
  }

  @Test
  void should_run_the_failures_that_teach_and_print_as_shown() throws Exception {
    assertPrintsAsShown("failures-that-teach", FailuresThatTeach::main);
  }

  @Test
  void should_run_the_choosing_of_probes_and_print_as_shown() throws Exception {
    assertPrintsAsShown("choosing-probes", ChoosingProbes::main);
  }

  /** Generator, trainer and wiring of a prompt that improves itself: all but its imports. */
  @Test
  void should_take_at_most_sixty_lines_of_ones_own() throws IOException {
    String program = Regions.ofSources(Path.of("src/test/java")).get("fixed-data-set");
    long own =
        program.lines().filter(line -> !line.isBlank() && !line.startsWith("import ")).count();
    System.out.println("own lines of a prompt that improves itself: " + own);
    assertThat(own).isLessThanOrEqualTo(60);
  }

  private static void assertPrintsAsShown(String name, Program program, String... args)
      throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream console = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      program.main(args);
    } finally {
      System.setOut(console);
    }
    String printed = bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    // The log may stand before or between.
    assertThat(printed.lines()).containsSubsequence(shown(name).lines().toList());
  }

  private static String shown(String name) throws IOException {
    Matcher output =
        Pattern.compile("<!-- output: " + name + " -->\\s*```text\\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(GUIDES.resolve(name + ".md")));
    assertThat(output.find()).as("output block in docs/guides/%s.md", name).isTrue();
    return output.group(1);
  }
}

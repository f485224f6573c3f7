package dev.rsi.examples.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs and the table of docs/guides/metric-as-goal.md, run as a reader would run them. */
class MetricAsGoalDocumentTest {
  private static final Path GUIDE = Path.of("..", "docs", "guides", "metric-as-goal.md");
  private static final Pattern OUTPUT =
      Pattern.compile("<!-- output: tuned-cache -->\\s*```text\\n(.*?)```", Pattern.DOTALL);

  @TempDir Path home;

  @Test
  void should_run_and_print_as_shown() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream console = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      TunedCache.main(new String[0]);
    } finally {
      System.setOut(console);
    }
    String printed = bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    Matcher output = OUTPUT.matcher(Files.readString(GUIDE));
    assertThat(output.find()).as("output block").isTrue();
    // The log may stand before it.
    assertThat(printed).endsWith(output.group(1));
  }

  @Test
  void should_tune_a_limiter_on_loads_that_are_never_the_same() {
    ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
    RunReport report = TunedLimiter.tune(registry, 1);
    int tuned = TunedLimiter.Settings.read(registry.live().orElseThrow().directory()).perSecond();
    // The service behind it does 100 a second.
    assertThat(tuned).as(report.summary()).isBetween(80, 125);
    assertThat(report.promotions()).isGreaterThan(1);
  }

  @Test
  void should_have_the_table_that_is_shown() throws IOException {
    String guide = Files.readString(GUIDE);
    for (NoiseTable.Row row : NoiseTable.rows(home)) {
      System.out.println(row.cells());
      assertThat(guide).contains(row.cells());
    }
  }
}

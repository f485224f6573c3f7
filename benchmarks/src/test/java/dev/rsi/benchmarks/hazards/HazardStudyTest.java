package dev.rsi.benchmarks.hazards;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The study in small: one generation 0, a run of each hazard, two healthy ones. */
class HazardStudyTest {
  private static final long SEED = 10;

  @TempDir Path directory;

  @Test
  void should_stop_every_hazard_and_let_healthy_training_through() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8);
    HazardResults results = new HazardStudy(out, directory, SEED, 1, 2, 400).run(1, 2);
    String table = text.toString(StandardCharsets.UTF_8);

    assertThat(results.hazards()).hasSize(6);
    for (String hazard : results.hazards()) {
      // Otherwise there was nothing to detect.
      assertThat(results.harmless(hazard)).as("%s, seed %d%n%s", hazard, SEED, table).isZero();
      assertThat(results.missed(hazard)).as("%s, seed %d%n%s", hazard, SEED, table).isZero();
      assertThat(results.detected(hazard)).isEqualTo(1);
    }
    assertThat(results.healthy()).isEqualTo(2);
    assertThat(results.falseAlarms()).as("seed %d%n%s", SEED, table).isZero();
    assertThat(results.promoted()).as("seed %d%n%s", SEED, table).isGreaterThanOrEqualTo(0.75);
    assertThat(Files.readAllLines(directory.resolve("runs.csv"))).hasSize(1 + 6 + 2);
    assertThat(Files.readAllLines(directory.resolve("generations.csv"))).hasSize(1 + (6 + 2) * 2);
  }
}

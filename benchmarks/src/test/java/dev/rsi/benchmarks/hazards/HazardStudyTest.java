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
  private static final long SEED = 2;

  @TempDir Path directory;

  @Test
  void should_stop_every_hazard_and_let_healthy_training_through() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8);
    HazardResults results = new HazardStudy(out, directory, SEED, 1, 2, 300).run(1, 2);
    String table = text.toString(StandardCharsets.UTF_8);

    assertThat(results.hazards()).hasSize(6);
    long detected = 0;
    for (String hazard : results.hazards()) {
      assertThat(results.missed(hazard)).as("%s, seed %d%n%s", hazard, SEED, table).isZero();
      detected += results.detected(hazard);
    }
    // Which training harms how much depends on the last bits of the machine's floating point; but
    // most do, and were there no harm, there would be nothing to detect.
    assertThat(detected).as("seed %d%n%s", SEED, table).isGreaterThanOrEqualTo(4);
    assertThat(results.detected("label noise")).as("seed %d%n%s", SEED, table).isEqualTo(1);
    assertThat(results.healthy()).isEqualTo(2);
    assertThat(results.falseAlarms()).as("seed %d%n%s", SEED, table).isZero();
    assertThat(results.promoted()).as("seed %d%n%s", SEED, table).isGreaterThanOrEqualTo(0.75);
    assertThat(Files.readAllLines(directory.resolve("runs.csv"))).hasSize(1 + 6 + 2);
    assertThat(Files.readAllLines(directory.resolve("generations.csv"))).hasSize(1 + (6 + 2) * 2);
  }
}

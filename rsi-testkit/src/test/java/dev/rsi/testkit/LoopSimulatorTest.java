package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopSimulatorTest {
  @TempDir(factory = InMemory.class)
  Path home;

  @Test
  void should_keep_every_promise_in_500_worlds() {
    simulate(500);
  }

  @Test
  @Tag("nightly")
  void should_keep_every_promise_in_100000_worlds() {
    simulate(100_000);
  }

  /**
   * Seeds whose worlds broke a promise once, as they were then: a store that keeps the end of a run
   * and says that it did not, a critic that fails at all of the first batch after a resume, a
   * person who deletes old versions while their own is live, and a batch that broke by the time at
   * which readings were committed.
   */
  @ParameterizedTest
  @ValueSource(
      longs = {
        5_443_129_476_310_229_827L,
        7_356_965_425_406_146_829L,
        2_382_341_183_734_664_646L,
        8_577_380_755_508_250_517L,
        -5_916_008_486_457_101_915L,
        -2_993_973_566_046_765_065L,
        8_752_561_150_081_580_708L
      })
  void should_keep_every_promise_in_worlds_that_broke_one(long seed) {
    assertThat(run(seed).steps()).isPositive();
  }

  @Test
  void should_repeat_itself() {
    assertThat(LoopSimulator.run(5, home.resolve("a")))
        .isEqualTo(LoopSimulator.run(5, home.resolve("b")));
  }

  private void simulate(int runs) {
    long seed = Long.getLong("rsi.seed", System.nanoTime());
    System.out.println("LoopSimulatorTest: -Drsi.seed=" + seed);
    // Drawn by one thread: two that share the generator now and then draw the same world, in the
    // same directory.
    long[] seeds = new SplittableRandom(seed).longs(runs).toArray();
    List<LoopSimulator.Simulation> all =
        LongStream.of(seeds).parallel().mapToObj(this::run).toList();
    int deaths = sum(all, LoopSimulator.Simulation::deaths);
    int takeovers = sum(all, LoopSimulator.Simulation::takeovers);
    int failures = sum(all, LoopSimulator.Simulation::failures);
    int outages = sum(all, LoopSimulator.Simulation::outages);
    int interventions = sum(all, LoopSimulator.Simulation::interventions);
    int faults = sum(all, LoopSimulator.Simulation::faults);
    int promotions = sum(all, LoopSimulator.Simulation::promotions);
    System.out.printf(
        "LoopSimulatorTest: %,d runs, %,d deaths, %,d takeovers, %,d failures of the surroundings,"
            + " %,d outages, %,d interventions, %,d faults, %,d promotions, 0 broken promises%n",
        runs, deaths, takeovers, failures, outages, interventions, faults, promotions);
    assertThat(deaths).isGreaterThan(runs);
    assertThat(takeovers).isGreaterThan(runs / 4);
    assertThat(failures).isGreaterThan(runs / 4);
    assertThat(outages).isGreaterThan(runs / 8);
    assertThat(interventions).isGreaterThan(runs / 4);
    assertThat(faults).isGreaterThan(runs / 4);
    assertThat(promotions).isGreaterThan(runs / 10);
  }

  private static int sum(
      List<LoopSimulator.Simulation> all, ToIntFunction<LoopSimulator.Simulation> of) {
    return all.stream().mapToInt(of).sum();
  }

  private LoopSimulator.Simulation run(long seed) {
    Path directory = home.resolve(Long.toHexString(seed));
    LoopSimulator.Simulation simulation = LoopSimulator.run(seed, directory);
    try {
      MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return simulation;
  }

  /**
   * Files in memory where Linux keeps a place for them, elsewhere on the disk. The process that
   * dies here is not the system's, so what is synced to a disk is never asked of it.
   */
  private static final class InMemory implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
        throws IOException {
      Path memory = Path.of("/dev/shm");
      return Files.isWritable(memory)
          ? Files.createTempDirectory(memory, "rsi-")
          : Files.createTempDirectory("rsi-");
    }
  }
}

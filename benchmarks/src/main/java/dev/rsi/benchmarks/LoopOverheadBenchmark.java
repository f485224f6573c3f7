package dev.rsi.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.Critique;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Verdict;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the loop itself costs per attempt, in microseconds: drawing the task, taking the attempt out
 * of the budget, ruling on it, recording it and making a lesson of every second one. One invocation
 * is a whole run of one generation, with a model, a trainer and a gate that take no time, so that
 * what is left is the loop. Target: at most 10 per attempt.
 *
 * <p>{@code mvn -q -Pbench -Dbench=LoopOverheadBenchmark}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class LoopOverheadBenchmark {
  private static final int SCOUTS = 64;
  private static final int TASKS = 4032;

  /** Attempts of a run. */
  private static final int ATTEMPTS = SCOUTS + TASKS;

  /** Requests per call of the model. */
  @Param({"256", "1"})
  public int batch;

  /** Whether a critic grades the attempts. */
  @Param({"false", "true"})
  public boolean critic;

  /** Whether the run is recorded in an SQLite file, which is synced after each batch. */
  @Param({"false", "true"})
  public boolean sqlite;

  private Path directory = Path.of("overhead");

  /** Makes room for files. */
  @Setup
  public void open() throws IOException {
    directory = Files.createTempDirectory("overhead");
  }

  /** Deletes them. */
  @TearDown
  public void close() throws IOException {
    MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
  }

  private RunStore store() {
    return sqlite ? RunStore.sqlite(directory.resolve("run.db")) : RunStore.inMemory();
  }

  /** A run of one generation, per attempt. */
  @Benchmark
  @OperationsPerInvocation(ATTEMPTS)
  public RunReport attempt() {
    InstantModel model = new InstantModel();
    ModelRegistry registry = new InstantRegistry();
    try (RunStore store = store()) {
      ImprovementLoop.Builder<Long, Long> builder =
          ImprovementLoop.builder(model)
              .verifier((task, answer) -> Verdict.passIf((answer & 1) == 0, "odd"))
              .trainer(model)
              .gate(probes -> GateDecision.hold("never", List.of()))
              .probes(
                  ProbeBank.of(
                      model, (task, answer) -> Verdict.pass(), Map.of("none", List.of(0L))))
              .practice(Practice.DEFAULT.scouts(SCOUTS).tasks(TASKS).batch(batch))
              .budget(Budget.of(1))
              .store(store)
              .registry(registry);
      if (critic) {
        builder.critic((task, answer, verdict, rubric) -> Critique.overall(0.5, "so-so"));
      }
      RunReport report = builder.build().run(registry.version("any"), model);
      if (report.spending().attempts() != ATTEMPTS
          || report.generations().get(1).outcome() != GenerationReport.Outcome.HELD) {
        throw new IllegalStateException("The loop did something else: " + report);
      }
      return report;
    }
  }
}

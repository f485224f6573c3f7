package dev.rsi.benchmarks;

import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Attempts per second that the SQLite store makes durable, in batches of 1,000, each batch written
 * as JSON and synced to the disk before the next. The file grows to some million attempts, on the
 * disk of the working directory. Target: at least 30,000.
 *
 * <p>{@code mvn -q -Pbench -Dbench=RunStoreBenchmark}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class RunStoreBenchmark {
  private static final int BATCH = 1000;
  private static final String RUN = "benchmark";

  private final List<RunEvent> batch = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // by open()
  private Path file;

  @SuppressWarnings("NullAway.Init") // by open()
  private RunStore store;

  private long appended;

  /** A new file, and a batch of attempts as those at 12-digit additions. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    file = Files.createTempFile(Path.of("").toAbsolutePath(), "run-store-benchmark", ".db");
    store = RunStore.sqlite(file);
    store.create(RUN);
    batch.addAll(SampleAttempts.from(0, BATCH));
  }

  /** One batch, per attempt. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void append() {
    store.append(RUN, Instant.EPOCH, batch);
    appended += BATCH;
  }

  /** Deletes the file. */
  @TearDown(Level.Trial)
  public void close() throws IOException {
    store.close();
    try {
      if (Files.size(file) < 100 * appended) {
        throw new IllegalStateException("The file is too small for " + appended + " attempts.");
      }
    } finally {
      for (String suffix : List.of("", "-wal", "-shm", "-head")) {
        Files.deleteIfExists(Path.of(file + suffix));
      }
    }
  }
}

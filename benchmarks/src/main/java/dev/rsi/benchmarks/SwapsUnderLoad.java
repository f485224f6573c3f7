package dev.rsi.benchmarks;

import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.core.live.LiveModel;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.StrictGenerator;
import dev.rsi.testkit.Sum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * A live model of a simulated learner under 16 client threads, while versions are promoted and
 * rolled back in a registry on the disk of the working directory. Every answer is compared with the
 * one of its lease's version; sessions fail when two threads use one, or when one is used or closed
 * after it was closed. Targets: no failed request, every session closed once, heap and open
 * sessions flat.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.SwapsUnderLoad "-Dbench.args=1000 1"}
 */
public final class SwapsUnderLoad {
  private static final int CLIENTS = 16;
  private static final int SESSIONS = 4;
  private static final RunContext CONTEXT = RunContext.standalone();
  private static final int WARM_UP = 100;

  private final List<Request<Sum>> requests =
      IntStream.range(0, 8).mapToObj(i -> new Request<>(Sum.of(i, 900 - i), i)).toList();
  private final List<ModelVersion> versions = new ArrayList<>();
  private final Map<ModelVersion, List<Output<Long>>> expected = new HashMap<>();
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicBoolean over = new AtomicBoolean();
  private final StrictGenerator<Sum, Long> generator;
  private final ModelRegistry registry;

  private SwapsUnderLoad(Path home) {
    SimulatedLearner learner = SimulatedLearner.ofLevels(2);
    generator = StrictGenerator.of(learner.generator());
    registry = ModelRegistry.directory(home.resolve("models"));
    for (double skill : new double[] {0.9, 0.5, 0.1}) {
      Path model = learner.write(home.resolve("model-" + skill), skill, skill);
      versions.add(registry.add(model, Provenance.imported()));
    }
    for (ModelVersion version : versions) {
      try (Generator.Session<Sum, Long> session = learner.generator().open(version)) {
        expected.put(version, session.generate(requests, CONTEXT));
      }
    }
    registry.promote(versions.get(0).id());
  }

  /** Arguments: how many swaps, and the seed of their order; 1,000 and 1 if there are none. */
  public static void main(String[] arguments) throws Exception {
    int swaps = arguments.length < 1 ? 1000 : Integer.parseInt(arguments[0]);
    long seed = arguments.length < 2 ? 1 : Long.parseLong(arguments[1]);
    Path home = Files.createTempDirectory(Path.of("").toAbsolutePath(), "swaps-under-load");
    try {
      new SwapsUnderLoad(home).run(swaps, new Random(seed));
    } finally {
      delete(home);
    }
  }

  private void run(int swaps, Random random) throws InterruptedException {
    LiveModel<Sum, Long> live = LiveModel.open(generator, registry, SESSIONS);
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new Thread(() -> serve(live), "client " + i));
    }
    clients.forEach(Thread::start);
    int promotions = 0;
    int rollbacks = 0;
    long[] refresh = new long[swaps];
    long heap = 0;
    long begun = System.nanoTime();
    for (int swap = 0; swap < swaps; swap++) {
      ModelVersion now = registry.live().orElseThrow();
      if (promotions > rollbacks && random.nextBoolean()) {
        registry.rollBack();
        rollbacks++;
      } else {
        List<ModelVersion> others = new ArrayList<>(versions);
        others.remove(now);
        registry.promote(others.get(random.nextInt(others.size())).id());
        promotions++;
      }
      long start = System.nanoTime();
      live.refresh();
      refresh[swap] = System.nanoTime() - start;
      if (swap == Math.min(WARM_UP, swaps / 2)) {
        heap = heapAfterGc();
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    long heapAtEnd = heapAfterGc();
    int open = generator.openSessions();
    over.set(true);
    for (Thread client : clients) {
      client.join();
    }
    live.close();
    Arrays.sort(refresh);
    print(
        "%d promotions and %d rollbacks in %.1f s under %d client threads, %d sessions a version",
        promotions, rollbacks, seconds, CLIENTS, SESSIONS);
    print("requests: %,d answered, %d failed", answered.get(), failed.get());
    print(
        "refresh, with the load of the version: median %.2f ms, 99th percentile %.2f ms",
        refresh[swaps / 2] / 1e6, refresh[swaps * 99 / 100] / 1e6);
    print(
        "sessions: %,d opened, %d left open, at most %d open at once, %d open after the last swap,"
            + " misuses %s",
        generator.opened(),
        generator.openSessions(),
        generator.mostOpenSessions(),
        open,
        generator.misuses());
    print(
        "heap after GC: %,d KiB after %d swaps, %,d KiB after %d",
        heap >> 10, Math.min(WARM_UP, swaps / 2) + 1, heapAtEnd >> 10, swaps);
    if (failed.get() > 0 || generator.openSessions() > 0 || !generator.misuses().isEmpty()) {
      throw new IllegalStateException("A target was missed.");
    }
  }

  private void serve(LiveModel<Sum, Long> live) {
    while (!over.get()) {
      try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
        List<Output<Long>> answer = Objects.requireNonNull(expected.get(lease.version()));
        // Twice, so that swaps fall between two calls of one lease.
        boolean right = lease.generate(requests, CONTEXT).equals(answer);
        right &= lease.generate(requests, CONTEXT).equals(answer);
        (right ? answered : failed).incrementAndGet();
      } catch (RuntimeException e) {
        failed.incrementAndGet();
      }
    }
  }

  private static long heapAfterGc() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  private static void delete(Path home) throws IOException {
    try (var files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}

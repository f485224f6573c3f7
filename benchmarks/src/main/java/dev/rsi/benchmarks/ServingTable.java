package dev.rsi.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.Codec;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.core.Approval;
import dev.rsi.core.canary.Canary;
import dev.rsi.core.live.Batches;
import dev.rsi.core.live.LiveModel;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.examples.addition.Addition;
import dev.rsi.examples.addition.AdditionCodec;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.onnx.OnnxGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * What users of a live model meet: challengers that break, hang or crawl in front of a promotion,
 * requests served beside one that hangs, and requests answered in batches.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.ServingTable}, with the number of seeds
 * (200) and the seconds of each measurement of speed (3). Targets: none promoted, at most 20 users
 * failed in the median by one that fails half of its requests; 0.95 of the requests served beside
 * one that hangs; 4 times as many in batches, with at most 5 ms more for a request alone.
 */
public final class ServingTable {
  private static final RunContext CONTEXT = RunContext.standalone();
  private static final int CLIENTS = 16;

  private final Path home;
  private final ModelRegistry registry;
  private final ModelVersion parent;
  private final ModelVersion challenger;
  private volatile Manner manner = Manner.of(0);

  /** What a challenger does. */
  private record Manner(String name, double throwing, boolean hangs, int times) {
    static Manner of(double throwing) {
      return new Manner("throws " + Math.round(100 * throwing) + " %", throwing, false, 1);
    }
  }

  private ServingTable(Path home) throws IOException {
    this.home = home;
    registry = ModelRegistry.directory(home.resolve("models"));
    parent = add("parent");
    challenger = add("challenger");
    registry.promote(parent.id());
  }

  private ModelVersion add(String name) throws IOException {
    Path artifact = Files.createDirectory(home.resolve(name));
    Files.writeString(artifact.resolve("model"), name);
    return registry.add(artifact, Provenance.imported());
  }

  /** Measures all of it. */
  public static void main(String[] args) throws Exception {
    int seeds = args.length > 0 ? Integer.parseInt(args[0]) : 200;
    double seconds = args.length > 1 ? Double.parseDouble(args[1]) : 3;
    Path home = Files.createTempDirectory("serving");
    try {
      ServingTable table = new ServingTable(home);
      System.out.println("| challenger | promoted | of | users failed before, median | most |");
      System.out.println("|---|---|---|---|---|");
      for (double throwing : new double[] {0.1, 0.5, 0.9, 1}) {
        table.trials(Manner.of(throwing), seeds);
      }
      table.trials(new Manner("ten times slower", 0, false, 10), seeds / 10);
      table.trials(new Manner("hangs", 0, true, 1), seeds / 10);
      System.out.println();
      System.out.println("| share | requests per second | beside one that hangs | ratio |");
      System.out.println("|---|---|---|---|");
      for (double share : new double[] {0.01, 0.1, 0.5}) {
        table.beside(share, seconds);
      }
      System.out.println();
      batches(home, seconds);
    } finally {
      MoreFiles.deleteRecursively(home, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  // Trials.

  private void trials(Manner tried, int seeds) throws Exception {
    manner = tried;
    int promoted = 0;
    double[] failed = new double[seeds];
    for (int seed = 0; seed < seeds; seed++) {
      AtomicInteger lost = new AtomicInteger();
      try (LiveModel<Long, Long> live = LiveModel.open(new Model(), registry, 2)) {
        Canary canary = Canary.of(0.1).tolerated(0.05).seed(seed);
        Approval.Approver approver =
            live.trial(tried.hangs() ? canary.patience(Duration.ofMillis(20)) : canary, 200);
        FutureTask<Approval.Answer> answer = new FutureTask<>(() -> approver.answer(question()));
        new Thread(answer, "approver").start();
        while (!answer.isDone()) {
          ask(live, lost);
        }
        promoted += answer.get().approved() ? 1 : 0;
      }
      failed[seed] = lost.get();
      registry.reinstate(challenger.id());
      Path trials = registry.trials().orElseThrow();
      MoreFiles.deleteRecursively(trials, RecursiveDeleteOption.ALLOW_INSECURE);
    }
    Arrays.sort(failed);
    System.out.printf(
        Locale.ROOT,
        "| %s | %d | %d | %.0f | %.0f |%n",
        tried.name(),
        promoted,
        seeds,
        failed[seeds / 2],
        failed[seeds - 1]);
  }

  private Approval.Question question() {
    return new Approval.Question(
        "run",
        1,
        parent.id(),
        challenger.id(),
        GateDecision.hold("asked", List.of()),
        null,
        Instant.MAX);
  }

  private static void ask(LiveModel<Long, Long> live, AtomicInteger lost) {
    try (LiveModel.Lease<Long, Long> lease = live.acquire()) {
      lease.generate(List.of(new Request<>(1L, 1)), CONTEXT);
      lease.report(1);
    } catch (RuntimeException e) {
      lost.incrementAndGet();
    }
  }

  /** Answers at once or after a third of a millisecond, and does as it is told. */
  private final class Model implements Generator<Long, Long> {
    private final InstantModel instant = new InstantModel();
    private final SplittableRandom random = new SplittableRandom(1);

    @Override
    public Codec<Long, Long> codec() {
      return instant;
    }

    @Override
    public Session<Long, Long> open(ModelVersion version) {
      boolean tried = version.id().equals(challenger.id());
      Session<Long, Long> session = instant.open(version);
      return new Session<>() {
        @Override
        public List<Output<Long>> generate(List<Request<Long>> requests, RunContext context) {
          if (tried) {
            misbehave();
          }
          if (manner.times() > 1) {
            LockSupport.parkNanos(300_000L * (tried ? manner.times() : 1));
          }
          return session.generate(requests, context);
        }

        @Override
        public void close() {
          session.close();
        }
      };
    }

    private void misbehave() {
      if (manner.hangs()) {
        hang();
      }
      synchronized (random) {
        if (random.nextDouble() < manner.throwing()) {
          throw new IllegalStateException("broken");
        }
      }
    }
  }

  private static void hang() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  // Speed.

  private void beside(double share, double seconds) throws Exception {
    List<Double> ratios = new ArrayList<>();
    double without = 0;
    double with = 0;
    for (int round = 0; round < 3; round++) {
      manner = new Manner("right", 0, false, 2);
      without = served(null, seconds);
      manner = new Manner("hangs", 0, true, 2);
      with = served(Canary.of(share), seconds);
      ratios.add(with / without);
      registry.reinstate(challenger.id());
      registry
          .trials()
          .ifPresent(
              trials -> {
                try {
                  MoreFiles.deleteRecursively(trials, RecursiveDeleteOption.ALLOW_INSECURE);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
    System.out.printf(
        Locale.ROOT,
        "| %.2f | %,.0f | %,.0f | %.3f (%.3f to %.3f) |%n",
        share,
        without,
        with,
        middle(ratios),
        ratios.stream().mapToDouble(each -> each).min().orElseThrow(),
        ratios.stream().mapToDouble(each -> each).max().orElseThrow());
  }

  private static double middle(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }

  private double served(@Nullable Canary canary, double seconds) throws Exception {
    try (LiveModel<Long, Long> live = LiveModel.open(new Model(), registry, CLIENTS)) {
      if (canary != null) {
        live.canary(challenger, canary);
      }
      AtomicInteger lost = new AtomicInteger();
      AtomicLong asked = new AtomicLong();
      double took =
          during(
              CLIENTS,
              seconds,
              () -> {
                ask(live, lost);
                return asked.incrementAndGet();
              });
      return (asked.get() - lost.get()) / took;
    }
  }

  /** Has so many clients work for so long. Returns how long it was. */
  private static double during(int clients, double seconds, Supplier<?> work) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    long began = System.nanoTime();
    for (int client = 0; client < clients; client++) {
      Thread thread =
          new Thread(
              () -> {
                while (!over.get()) {
                  var unused = work.get();
                }
              });
      threads.add(thread);
      thread.start();
    }
    Thread.sleep(Math.round(seconds * 1000));
    over.set(true);
    double took = (System.nanoTime() - began) / 1e9;
    for (Thread thread : threads) {
      thread.join();
    }
    return took;
  }

  // Batches.

  private static void batches(Path home, double seconds) throws Exception {
    CharVocabulary vocabulary = CharVocabulary.of(AdditionCodec.ALPHABET, '$');
    DecoderConfig config =
        DecoderConfig.builder(vocabulary).hiddenSize(64).feedForwardSize(256).layers(1).build();
    Path artifact = Files.createDirectory(home.resolve("decoder"));
    ModelDirectory.write(artifact, DecoderModel.random(config, vocabulary, 1));
    ModelRegistry models = ModelRegistry.directory(home.resolve("decoders"));
    models.promote(models.add(artifact, Provenance.imported()).id());
    Request<Addition> request = new Request<>(Addition.draw(10, new SplittableRandom(1)), 1);
    try (OnnxGenerator<Addition, String> generator =
            OnnxGenerator.of(AdditionCodec.INSTANCE, Device.cpu());
        LiveModel<Addition, String> live = LiveModel.open(generator, models, 1)) {
      Batches<Addition, String> batches = live.batches(64, Duration.ZERO);
      Supplier<Object> alone =
          () -> {
            try (LiveModel.Lease<Addition, String> lease = live.acquire()) {
              return lease.generate(List.of(request), CONTEXT);
            }
          };
      Supplier<Object> together = () -> batches.generate(request);
      System.out.println("64 clients of a decoder of " + config.parameterCount() + " parameters:");
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round < 3; round++) {
        double one = rate(64, seconds, alone);
        double many = rate(64, seconds, together);
        ratios.add(many / one);
        System.out.printf(
            Locale.ROOT,
            "one by one %,.0f a second, in batches %,.0f: %.1f times%n",
            one,
            many,
            many / one);
      }
      double[] direct = latencies(alone);
      double[] batched = latencies(together);
      System.out.printf(
          Locale.ROOT,
          "in the median %.1f times; one client alone: %.2f ms, and %.2f ms in a batch of its own%n",
          middle(ratios),
          direct[direct.length / 2],
          batched[batched.length / 2]);
    }
  }

  private static double rate(int clients, double seconds, Supplier<?> work) throws Exception {
    AtomicLong asked = new AtomicLong();
    double took =
        during(
            clients,
            seconds,
            () -> {
              var unused = work.get();
              return asked.incrementAndGet();
            });
    return asked.get() / took;
  }

  private static double[] latencies(Supplier<?> work) {
    return DoubleStream.generate(
            () -> {
              long began = System.nanoTime();
              var unused = work.get();
              return (System.nanoTime() - began) / 1e6;
            })
        .limit(300)
        .sorted()
        .toArray();
  }
}

package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A driver stands still between any two steps, another one takes its run over and ends it, and then
 * the first goes on: it promotes nothing and records nothing.
 */
class OvertakenRunTest {
  private static final int LEVELS = 4;
  private static final ToyTasks TASKS = ToyTasks.ofLevels(LEVELS);
  private static final long SEED = Long.getLong("rsi.seed", System.nanoTime());

  private static final Class<?> MEMORY = RunStore.inMemory().getClass();

  @TempDir Path temporary;

  @Test
  void should_change_nothing_once_it_was_overtaken_in_memory() throws Exception {
    inMemory(4);
  }

  @Test
  @Tag("nightly")
  void should_change_nothing_once_it_was_overtaken_in_memory_200_times() throws Exception {
    inMemory(200);
  }

  private void inMemory(int times) throws Exception {
    List<String> steps = new ArrayList<>();
    Path calm = Files.createDirectory(temporary.resolve("calm"));
    drive(RunStore.inMemory(), calm, steps::add);
    for (int step : chosen(steps, times)) {
      Path home = Files.createTempDirectory(temporary, "step " + step + " ");
      RunStore store = RunStore.inMemory();
      AtomicReference<RunStore.Lease> lease = new AtomicReference<>();
      CountDownLatch stands = new CountDownLatch(1);
      CountDownLatch goesOn = new CountDownLatch(1);
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Consumer<String> pause =
          new Consumer<>() {
            private int done;

            @Override
            public void accept(String name) {
              if (done == step) {
                stands.countDown();
                await(goesOn);
              }
              done++;
            }
          };
      Thread first =
          new Thread(
              () -> {
                try {
                  drive(leaking(store, lease), home, pause);
                } catch (RuntimeException e) {
                  thrown.set(e);
                } finally {
                  stands.countDown();
                }
              });
      first.start();
      stands.await();
      if (lease.get() != null) {
        lease.get().close();
      }
      check(
          store,
          home,
          step + ": " + steps.get(step),
          () -> {
            goesOn.countDown();
            first.join();
            return thrown.get() == null ? "ended" : "threw " + thrown.get();
          });
    }
    System.out.println("OvertakenRunTest: " + times + " takeovers in memory, nothing moved back");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void should_change_nothing_once_its_process_was_stopped_and_its_lease_deleted() throws Exception {
    stopped(false, 1);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @Tag("nightly")
  void should_change_nothing_once_its_process_was_stopped_and_its_lease_deleted_200_times()
      throws Exception {
    stopped(false, 200);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void should_change_nothing_once_its_process_was_stopped_and_its_connections_cut()
      throws Exception {
    stopped(true, 1);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @Tag("nightly")
  void should_change_nothing_once_its_process_was_stopped_and_its_connections_cut_200_times()
      throws Exception {
    stopped(true, 200);
  }

  private void stopped(boolean server, int times) throws Exception {
    List<String> steps = new ArrayList<>();
    Path calm = Files.createDirectory(temporary.resolve("calm"));
    try (RunStore store = store(server, calm)) {
      drive(store, calm, steps::add);
    }
    for (int step : chosen(steps, times)) {
      Path home = Files.createTempDirectory(temporary, "step " + step + " ");
      if (server) {
        PostgresSchema.of(home);
      }
      Process child =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-Xshare:auto",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Standing.class.getName(),
                  "" + server,
                  home.toString(),
                  "" + step)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
        assertThat(said(out)).isEqualTo("stands still");
        signal("-STOP", child);
        cut(server, home);
        try (RunStore store = store(server, home)) {
          check(
              store,
              home,
              step + ": " + steps.get(step),
              () -> {
                signal("-CONT", child);
                child.getOutputStream().close();
                return said(out);
              });
        }
      } finally {
        child.destroyForcibly().waitFor();
      }
    }
    System.out.println(
        "OvertakenRunTest: "
            + times
            + (server ? " connections cut" : " leases deleted")
            + " of stopped processes, nothing moved back");
  }

  /** Drives a run and stands still before one of its steps until its input ends. */
  static final class Standing {
    public static void main(String[] arguments) {
      int[] left = {Integer.parseInt(arguments[2])};
      Path home = Path.of(arguments[1]);
      try (RunStore store = store(Boolean.parseBoolean(arguments[0]), home)) {
        drive(
            store,
            home,
            name -> {
              if (left[0]-- == 0) {
                System.out.println("stands still");
                try {
                  if (System.in.read() >= 0) {
                    throw new IllegalStateException("The parent said something.");
                  }
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              }
            });
        System.out.println("ended");
      } catch (RuntimeException e) {
        System.out.println("threw " + e.toString().replace('\n', ' '));
      }
    }
  }

  /** What a child says, but for what a logger does. */
  private static String said(BufferedReader out) throws IOException {
    String line = out.readLine();
    while (line != null && !line.matches("stands still|ended|threw .*")) {
      line = out.readLine();
    }
    return String.valueOf(line);
  }

  private static void signal(String signal, Process process) throws Exception {
    assertThat(new ProcessBuilder("kill", signal, "" + process.pid()).start().waitFor()).isZero();
  }

  private static void cut(boolean server, Path home) throws Exception {
    if (server) {
      PostgresSchema.of(home)
          .change(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  + " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
      return;
    }
    try (DirectoryStream<Path> leases = Files.newDirectoryStream(home, "run.db-lease-*")) {
      for (Path lease : leases) {
        Files.delete(lease);
      }
    }
  }

  /** What the first driver does when it goes on. */
  private interface Rest {
    String end() throws Exception;
  }

  /** Takes a run over, ends it, has the first driver go on, and looks that it changed nothing. */
  private static void check(RunStore store, Path home, String step, Rest rest) throws Exception {
    String run = store.runs().isEmpty() ? null : store.runs().get(0);
    boolean begun =
        run != null
            && store.events(run).stream().anyMatch(RunEvent.RunStarted.class::isInstance)
            && store.events(run).stream().noneMatch(RunEvent.RunFinished.class::isInstance);
    if (!begun) {
      // There is nothing to take over yet, or any more.
      rest.end();
      return;
    }
    RunReport report;
    try {
      report = loop(store, registry(home)).resume(run, TASKS);
    } catch (RsiException refused) {
      // A store that sees that the process is alive gives it nobody's run.
      assertThat(refused).hasMessageContaining("has a driver already");
      assertThat(rest.end()).as(step).isEqualTo("ended");
      try (RunStore then = store(false, home)) {
        assertThat(registry(home).history()).startsWith(RunReport.of(then, run).live());
      }
      return;
    }
    RunStore.Head head = store.head(run);
    List<String> history = List.copyOf(registry(home).history());
    String end = rest.end();
    String as = "seed " + SEED + ", step " + step + ", " + end;
    if (store.getClass() != MEMORY) {
      // On the heap nothing tells one driver's events from another's.
      assertThat(store.head(run)).as(as).isEqualTo(head);
    }
    assertThat(registry(home).history()).as(as).isEqualTo(history).startsWith(report.live());
    assertThat(store.audit().fault()).as(as).isNull();
    List<String> promoted = new ArrayList<>();
    promoted.add(report.anchor());
    report.generations().stream()
        .filter(generation -> generation.outcome() == GenerationReport.Outcome.PROMOTED)
        .forEach(generation -> promoted.add(0, generation.live()));
    // Some of those before it may be deleted by now.
    assertThat(promoted).as(as).containsSubsequence(history).startsWith(history.get(0));
    assertThat(end).as(as).startsWith("threw ");
  }

  /** The steps around every promotion, and others. */
  private static List<Integer> chosen(List<String> steps, int times) {
    System.out.println("OvertakenRunTest: -Drsi.seed=" + SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    List<Integer> chosen = new ArrayList<>();
    int begun = steps.lastIndexOf("promote") < 0 ? 0 : steps.indexOf("promote") + 1;
    for (int step = steps.size() - 1; step >= 0 && chosen.size() < times / 2 + 1; step--) {
      if (steps.get(step).equals("promote")) {
        chosen.add(step);
        chosen.add(step - 1);
      }
    }
    while (chosen.size() < times) {
      chosen.add(random.nextInt(begun, steps.size() - 10));
    }
    return chosen.subList(0, times);
  }

  private static RunReport drive(RunStore store, Path home, Consumer<String> step) {
    ModelRegistry registry = registry(home);
    Path model = learner().write(home.resolve("start"), 1, .6, .3);
    ModelVersion start = registry.add(model, Provenance.imported());
    return loop(
            stepping(RunStore.class, store, step), stepping(ModelRegistry.class, registry, step))
        .run(start, TASKS);
  }

  private static SimulatedLearner learner() {
    return SimulatedLearner.ofLevels(LEVELS).noise(.02);
  }

  private static ModelRegistry registry(Path home) {
    return ModelRegistry.directory(home.resolve("models"));
  }

  private static RunStore store(boolean server, Path home) {
    return server
        ? RunStore.postgresql(PostgresSchema.of(home).source())
        : RunStore.sqlite(home.resolve("run.db"));
  }

  private static ImprovementLoop<Sum, Long> loop(RunStore store, ModelRegistry registry) {
    SimulatedLearner learner = learner();
    return ImprovementLoop.builder(learner.generator())
        .verifier(ToyTasks.verifier())
        .trainer(learner.trainer())
        .gate(DriftGates.paired())
        .probes(probes())
        .practice(Practice.DEFAULT.tasks(16).scouts(8))
        .budget(Budget.of(3))
        .store(store)
        .registry(registry, 1)
        .build();
  }

  private static ProbeBank<Sum, Long> probes() {
    SplittableRandom random = new SplittableRandom(11);
    Map<String, List<Sum>> kinds = new LinkedHashMap<>();
    for (int level = 1; level <= LEVELS; level++) {
      Set<Sum> sums = new LinkedHashSet<>();
      while (sums.size() < 100) {
        sums.add(TASKS.draw(level, random));
      }
      kinds.put("level " + level, List.copyOf(sums));
    }
    return ProbeBank.of(ToyTasks.codec(), ToyTasks.verifier(), kinds);
  }

  /** A part that says before each of its calls, and of those of what it gives, what it is. */
  private static <P> P stepping(Class<P> type, P part, Consumer<String> step) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              step.accept(method.getName());
              try {
                Object result = method.invoke(part, arguments);
                if (result instanceof ModelRegistry.Driver driver) {
                  return stepping(ModelRegistry.Driver.class, driver, step);
                }
                return result instanceof RunStore.Lease lease
                    ? stepping(RunStore.Lease.class, lease, step)
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  /** A store of which somebody else gets the lease to see. */
  private static RunStore leaking(RunStore store, AtomicReference<RunStore.Lease> lease) {
    return (RunStore)
        Proxy.newProxyInstance(
            RunStore.class.getClassLoader(),
            new Class<?>[] {RunStore.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(store, arguments);
                if (result instanceof RunStore.Lease given) {
                  lease.set(given);
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void should_not_drive_a_registry_that_another_run_drives() throws Exception {
    Path home = Files.createDirectory(temporary.resolve("both"));
    RunStore one = RunStore.inMemory();
    CountDownLatch stands = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    AtomicReference<RunReport> report = new AtomicReference<>();
    Thread first =
        new Thread(
            () ->
                report.set(
                    drive(
                        one,
                        home,
                        name -> {
                          if (name.equals("settle")) {
                            stands.countDown();
                            await(goesOn);
                          }
                        })));
    first.start();
    stands.await();
    ModelRegistry registry = registry(home);
    ModelVersion start = registry.live().orElseThrow();
    for (RunStore other : List.of(one, RunStore.inMemory())) {
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(() -> loop(other, registry).run(start, TASKS))
          .withMessageContaining("run (run-1)")
          .withMessageContaining("(" + ProcessHandle.current().pid() + ")")
          .satisfies(e -> assertThat(e.retryable()).isTrue());
    }
    assertThat(registry.live()).contains(start);
    goesOn.countDown();
    first.join();
    assertThat(registry.history()).startsWith(report.get().live());
    assertThat(loop(RunStore.inMemory(), registry).run(registry.live().orElseThrow(), TASKS).end())
        .isNotEqualTo(RunReport.End.OVERRULED);
  }

  @Test
  void should_leave_a_run_open_when_a_person_made_another_version_live() throws Exception {
    Path home = Files.createDirectory(temporary.resolve("person"));
    RunStore store = RunStore.inMemory();
    ModelRegistry registry = registry(home);
    Path other = learner().write(home.resolve("other"), 1, .5, .4);
    String person = registry.add(other, Provenance.imported()).id();
    boolean[] moved = {false};
    RunReport report =
        drive(
            store,
            home,
            name -> {
              if (name.equals("settle") && !moved[0]) {
                moved[0] = true;
                registry.promote(person);
              }
            });
    assertThat(report.end()).isEqualTo(RunReport.End.OVERRULED);
    assertThat(report.reason()).contains(person).contains(report.live());
    assertThat(registry.history()).startsWith(person);
    // The decision stands, and is carried out when the person says so.
    registry.promote(report.live());
    RunReport resumed = loop(store, registry(home)).resume(report.run(), TASKS);
    assertThat(resumed.promotions()).isPositive();
    assertThat(registry.history()).startsWith(resumed.live());
  }
}

package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.GateDecision.Action;
import dev.rsi.core.Approval;
import dev.rsi.core.Budget;
import dev.rsi.core.Charter;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.RunHandle;
import dev.rsi.core.RunHandle.State;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.ScriptedTrainer;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs that are told to pause, to stop and to stop now at random instants: in the middle of a
 * batch, a ruling or a training, or after an event. Instants are counted, so a seed repeats them.
 */
class ControlledRunsTest {
  private static final long MINUTES = 5;

  @TempDir Path home;

  /** What is asked of a run. */
  private enum Command {
    PAUSE,
    STOP,
    STOP_NOW
  }

  /** A command that was acknowledged, and how many batches had begun by then. */
  private record Sent(Command command, CompletableFuture<State> honoured, int batches) {}

  /** Counts the instants of a run, and sends commands at some of them from another thread. */
  private static final class Sender {
    private final Map<Integer, Command> at = new HashMap<>();
    private final BlockingQueue<Optional<Sent>> sent = new LinkedBlockingQueue<>();
    private final AtomicInteger batches = new AtomicInteger();
    private volatile CompletableFuture<RunHandle> handle = new CompletableFuture<>();
    private int instants;

    /** The same answer to the same question, in the course of which commands may come as well. */
    Approval.Answer answer(Approval.Question question) {
      instant();
      return new Approval.Answer(question.generation() == 1, "Ada", "I like first generations");
    }

    /** One more instant, on the run's thread: the run moves on when the command is acknowledged. */
    void instant() {
      Command command = at.get(++instants);
      if (command == null) {
        return;
      }
      RunHandle run = handle.join();
      CompletableFuture.runAsync(
              () -> {
                int before = batches.get();
                CompletableFuture<State> honoured =
                    switch (command) {
                      case PAUSE -> run.pause();
                      case STOP -> run.stop();
                      case STOP_NOW -> run.stopNow();
                    };
                sent.add(Optional.of(new Sent(command, honoured, before)));
              })
          .join();
    }
  }

  private static ImprovementLoop<Sum, Long> loop(Loops loops, RunStore store, Sender sender) {
    return ImprovementLoop.builder(
            new WrappedGenerator(
                loops.learner.generator(),
                (session, requests, context) -> {
                  sender.batches.incrementAndGet();
                  sender.instant();
                  return session.generate(requests, context);
                }))
        .verifier(
            (Sum task, Long candidate) -> {
              sender.instant();
              return ToyTasks.verifier().verify(task, candidate);
            })
        .trainer(
            ScriptedTrainer.of(loops.learner.trainer())
                .onCall(
                    1,
                    artifact -> {
                      sender.instant();
                      return artifact;
                    }))
        .gate(DriftGates.anchored())
        .probes(Loops.heldOut(11, 120))
        .exam(Loops.heldOut(12, 10))
        .practice(Practice.DEFAULT.tasks(40).scouts(20).batch(16))
        .budget(Budget.of(2))
        .listener(event -> sender.instant())
        .oversight(
            Oversight.NONE
                .approval(
                    Approval.of(Duration.ofDays(1), Action.PROMOTE, Action.HOLD)
                        .byPerson(sender::answer))
                .charter(new Charter(1, "add", List.of("share of sums solved"), List.of())))
        .store(store)
        .registry(loops.registry)
        .build();
  }

  @Test
  void should_honour_60_commands_within_a_batch() throws Exception {
    command(60);
  }

  @Test
  @Tag("nightly")
  void should_honour_1000_commands_within_a_batch() throws Exception {
    command(1000);
  }

  private void command(int commands) throws Exception {
    long seed = Long.getLong("rsi.seed", System.nanoTime());
    System.out.println("ControlledRunsTest: repeat with -Drsi.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Loops whole = new Loops(home.resolve("whole"));
    Sender uncut = new Sender();
    RunReport expected = loop(whole, whole.store, uncut).run(whole.start, Loops.TASKS);
    assertThat(expected.promotions()).isPositive();
    List<RunEvent> events = course(whole.store, expected.run());
    Map<Command, Integer> honoured = new EnumMap<>(Command.class);
    int left = 0;
    for (int run = 0; sum(honoured) < commands; run++) {
      String name = "seed " + seed + ", run " + run;
      Loops loops = new Loops(home.resolve("run " + run));
      Sender sender = new Sender();
      for (int i = random.nextInt(4); i >= 0; i--) {
        Command command = Command.values()[random.nextInt(Command.values().length)];
        sender.at.put(1 + random.nextInt(uncut.instants), command);
      }
      // Files too: an interrupt comes between any two bytes.
      RunStore store =
          run % 4 == 0 ? RunStore.sqlite(home.resolve("run " + run + ".db")) : loops.store;
      ImprovementLoop<Sum, Long> loop = loop(loops, store, sender);
      RunReport report = null;
      while (report == null || report.end() == RunReport.End.CANCELLED) {
        sender.handle = new CompletableFuture<>();
        sender.sent.clear();
        try (RunHandle handle =
            report == null
                ? loop.start(loops.start, Loops.TASKS)
                : loop.start(report.run(), Loops.TASKS)) {
          sender.handle.complete(handle);
          report = obey(handle, sender, honoured, name);
        }
        assertThat(RunReport.of(store, report.run())).as(name).isEqualTo(report);
        left += report.end() == RunReport.End.CANCELLED ? 1 : 0;
      }
      assertThat(course(store, report.run())).as(name).isEqualTo(events);
      assertThat(report.generations()).as(name).isEqualTo(expected.generations());
      assertThat(report.spending().attempts()).as(name).isEqualTo(expected.spending().attempts());
      assertThat(loops.registry.live().orElseThrow().id()).as(name).isEqualTo(expected.live());
      store.close();
    }
    assertThat(honoured).containsOnlyKeys(Command.values());
    assertThat(left).isPositive();
    System.out.println("ControlledRunsTest: " + honoured + ", left and gone on with " + left);
  }

  /** Waits for the run's end; whatever is sent meanwhile has to be honoured. */
  private static RunReport obey(
      RunHandle handle, Sender sender, Map<Command, Integer> honoured, String name)
      throws Exception {
    handle.report().whenComplete((report, failure) -> sender.sent.add(Optional.empty()));
    while (true) {
      Optional<Sent> first = sender.sent.take();
      if (first.isEmpty()) {
        return handle.await();
      }
      boolean ended = check(handle, first.get(), sender, honoured, name);
      // What else was sent before the run stood still was honoured with it.
      while (!sender.sent.isEmpty()) {
        Optional<Sent> next = sender.sent.take();
        ended |= next.isEmpty() || check(handle, next.get(), sender, honoured, name);
      }
      if (ended) {
        return handle.await();
      }
      assertThat(handle.resume().get(MINUTES, TimeUnit.MINUTES)).as(name).isNotNull();
    }
  }

  /** Whether the run has ended by the time that the command is honoured. */
  private static boolean check(
      RunHandle handle, Sent sent, Sender sender, Map<Command, Integer> honoured, String name)
      throws Exception {
    State state = sent.honoured().get(MINUTES, TimeUnit.MINUTES);
    assertThat(sender.batches.get()).as(name).isEqualTo(sent.batches());
    honoured.merge(sent.command(), 1, Integer::sum);
    if (state == State.PAUSED) {
      assertThat(sent.command()).as(name).isEqualTo(Command.PAUSE);
      assertThat(handle.state()).as(name).isEqualTo(State.PAUSED);
      return false;
    }
    assertThat(state).as(name).isEqualTo(State.ENDED);
    return true;
  }

  private static int sum(Map<Command, Integer> counts) {
    return counts.values().stream().mapToInt(i -> i).sum();
  }

  private static List<RunEvent> course(RunStore store, String run) {
    List<RunEvent> course = new ArrayList<>(store.events(run));
    course.removeIf(RunEvent::circumstantial);
    return course;
  }
}

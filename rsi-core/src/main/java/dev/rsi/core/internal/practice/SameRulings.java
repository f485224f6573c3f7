package dev.rsi.core.internal.practice;

import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Output;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.calls.Making;
import dev.rsi.core.internal.calls.VerifierCalls;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.report.RunEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/**
 * Whether a verifier rules as the record says: for one that nobody can tell from others by its
 * description. It is asked again about some of the tasks whose attempts were recorded.
 */
public final class SameRulings {
  /** Tasks with a PASS, and tasks with none, that it is asked about again: each costs a call. */
  private static final int ASKED = 32;

  private SameRulings() {}

  /**
   * The first ruling that differs, in words, of tasks spread evenly over all that was recorded.
   * What is UNDECIDED, then or now, differs from nothing: it never trains.
   *
   * @param samples attempts at one task, which stand together
   * @param recorded tells the attempts that the run recorded, in order, as often as it is asked
   * @param steps looks after the run meanwhile; the verifier is called as it says it may be
   * @return empty if the verifier rules as it did
   */
  public static <T, C> List<String> differences(
      Verifier<? super T, ? super C> verifier,
      Codec<T, C> codec,
      int samples,
      Consumer<Consumer<RunEvent.Attempted>> recorded,
      ThreadFactory threads,
      Steps steps) {
    List<List<RunEvent.Attempted>> asked = new ArrayList<>(spread(true, samples, recorded));
    asked.addAll(spread(false, samples, recorded));
    List<List<Attempt<T, C>>> again =
        steps
            .direct()
            .call(
                "codec",
                () ->
                    asked.stream()
                        .map(task -> task.stream().map(each -> attempt(codec, each)).toList())
                        .toList());
    List<RunEvent.Attempted> then = asked.stream().flatMap(List::stream).toList();
    try (VerifierCalls<T, C> calls = new VerifierCalls<>(verifier, threads)) {
      List<Verdict> now =
          calls.rule(again, steps.context("asking the verifier again"), Making.once());
      for (int i = 0; i < now.size(); i++) {
        if (differ(then.get(i).outcome(), now.get(i).outcome())) {
          return List.of(words(then.get(i), now.get(i)));
        }
      }
    }
    return List.of();
  }

  /** Some tasks with a PASS, or with none. Told twice, as nobody holds what a long run recorded. */
  private static List<List<RunEvent.Attempted>> spread(
      boolean passed, int samples, Consumer<Consumer<RunEvent.Attempted>> recorded) {
    long[] all = new long[1];
    tasks(passed, samples, recorded, task -> all[0]++);
    int count = (int) Math.min(ASKED, all[0]);
    List<List<RunEvent.Attempted>> some = new ArrayList<>(count);
    long[] at = new long[1];
    tasks(
        passed,
        samples,
        recorded,
        task -> {
          if (some.size() < count && at[0] == some.size() * all[0] / count) {
            some.add(task);
          }
          at[0]++;
        });
    return some;
  }

  private static void tasks(
      boolean passed,
      int samples,
      Consumer<Consumer<RunEvent.Attempted>> recorded,
      Consumer<List<RunEvent.Attempted>> each) {
    List<RunEvent.Attempted> together = new ArrayList<>(samples);
    recorded.accept(
        attempt -> {
          together.add(attempt);
          if (together.size() == samples) {
            List<RunEvent.Attempted> task =
                together.stream().filter(one -> one.candidate() != null).toList();
            together.clear();
            if (!task.isEmpty()
                && passed == task.stream().anyMatch(one -> one.outcome() == Verdict.Outcome.PASS)) {
              each.accept(task);
            }
          }
        });
  }

  private static <T, C> Attempt<T, C> attempt(Codec<T, C> codec, RunEvent.Attempted event) {
    C candidate = codec.readCandidate(String.valueOf(event.candidate()));
    return Attempt.of(
        codec.readTask(event.task()),
        Output.of(candidate, event.made()),
        event.level(),
        event.generation(),
        event.seed());
  }

  private static boolean differ(Verdict.Outcome then, Verdict.Outcome now) {
    return then != now && then != Verdict.Outcome.UNDECIDED && now != Verdict.Outcome.UNDECIDED;
  }

  private static String words(RunEvent.Attempted then, Verdict now) {
    return "the verifier ruled ("
        + then.outcome()
        + ") on answer ("
        + then.candidate()
        + ") to task ("
        + then.task()
        + ") and rules ("
        + now.outcome()
        + ") now; it is known by its class alone, so it was asked again: one that does not rule the"
        + " same way twice has to be named, by Verifier.named(...), before a run is begun";
  }
}

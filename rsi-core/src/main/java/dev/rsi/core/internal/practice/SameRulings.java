package dev.rsi.core.internal.practice;

import dev.rsi.api.Codec;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.Ruling;
import dev.rsi.core.report.RunEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a verifier rules as the record says: for one that nobody can tell from others by its
 * description. It is asked again about some of the tasks whose attempts were recorded.
 */
public final class SameRulings {
  /** Tasks with a PASS, and tasks with none, that it is asked about again: each costs a call. */
  private static final int ASKED = 32;

  private SameRulings() {}

  /**
   * The first ruling that differs, in words. What is UNDECIDED, then or now, differs from nothing:
   * it never trains.
   *
   * @param samples attempts at one task, which stand together
   * @param recorded what the run recorded, in order
   * @return empty if the verifier rules as it did
   */
  public static <T, C> List<String> differences(
      Verifier<? super T, ? super C> verifier,
      Codec<T, C> codec,
      int samples,
      List<RunEvent> recorded) {
    List<RunEvent.Attempted> attempts =
        recorded.stream()
            .filter(RunEvent.Attempted.class::isInstance)
            .map(RunEvent.Attempted.class::cast)
            .toList();
    int right = 0;
    int wrong = 0;
    for (int from = 0; from + samples <= attempts.size(); from += samples) {
      List<RunEvent.Attempted> task =
          attempts.subList(from, from + samples).stream()
              .filter(attempt -> attempt.candidate() != null)
              .toList();
      boolean passed = task.stream().anyMatch(each -> each.outcome() == Verdict.Outcome.PASS);
      boolean asks = !task.isEmpty() && (passed ? right++ : wrong++) < ASKED;
      String difference = asks ? difference(verifier, codec, task) : null;
      if (difference != null) {
        return List.of(difference);
      }
    }
    return List.of();
  }

  private static <T, C> @Nullable String difference(
      Verifier<? super T, ? super C> verifier, Codec<T, C> codec, List<RunEvent.Attempted> task) {
    List<C> candidates = new ArrayList<>();
    task.forEach(each -> candidates.add(codec.readCandidate(String.valueOf(each.candidate()))));
    List<Verdict> now = Ruling.on(verifier, codec.readTask(task.get(0).task()), candidates);
    for (int i = 0; i < now.size(); i++) {
      RunEvent.Attempted then = task.get(i);
      Verdict.Outcome outcome = now.get(i).outcome();
      boolean decided =
          outcome != Verdict.Outcome.UNDECIDED && then.outcome() != Verdict.Outcome.UNDECIDED;
      if (decided && outcome != then.outcome()) {
        return "the verifier ruled ("
            + then.outcome()
            + ") on answer ("
            + then.candidate()
            + ") to task ("
            + then.task()
            + ") and rules ("
            + outcome
            + ") now";
      }
    }
    return null;
  }
}

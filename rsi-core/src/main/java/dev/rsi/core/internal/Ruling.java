package dev.rsi.core.internal;

import dev.rsi.api.Cost;
import dev.rsi.api.Output;
import dev.rsi.api.RsiException;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Has a verifier rule. */
public final class Ruling {
  private static final String MALFORMED = "malformed: ";
  private static final String BROKEN = "the verifier threw ";
  private static final String NO_ANSWER = "no answer: ";

  private Ruling() {}

  /**
   * Rules on the candidates of one task, in order.
   *
   * @throws RuntimeException what the verifier throws
   */
  public static <T, C> List<Verdict> on(
      Verifier<? super T, ? super C> verifier, T task, List<C> candidates) {
    if (candidates.isEmpty()) {
      return List.of();
    }
    List<Verdict> given = verifier.verifyAll(task, Collections.unmodifiableList(candidates));
    // A copy, which unlike List.of may be asked whether it holds null.
    List<Verdict> verdicts = given == null ? List.of() : new ArrayList<>(given);
    if (verdicts.size() != candidates.size() || verdicts.contains(null)) {
      return Collections.nCopies(
          candidates.size(),
          Verdict.undecided(
              "the verifier gave no verdict for each of " + candidates.size() + " candidates"));
    }
    return verdicts;
  }

  /**
   * Rules on one output.
   *
   * @throws RuntimeException if the verifier breaks: that is no ruling
   */
  public static <T, C> Verdict on(
      Verifier<? super T, ? super C> verifier, T task, Output<C> output) {
    C candidate = output.candidate();
    if (candidate == null) {
      return withoutCandidate(output);
    }
    Verdict verdict = on(verifier, task, List.of(candidate)).get(0);
    if (isBroken(verdict)) {
      throw new RsiException(verdict.reason());
    }
    return verdict;
  }

  /** Whether a verdict says that the verifier threw, as {@link Verdict#broken} does. */
  public static boolean isBroken(Verdict verdict) {
    return !verdict.decided() && verdict.reason().startsWith(BROKEN);
  }

  /** What is ruled where there is no candidate. */
  public static Verdict withoutCandidate(Output<?> output) {
    return output.kind() == Output.Kind.MALFORMED
        ? Verdict.fail(MALFORMED + output.failure())
        : Verdict.undecided(NO_ANSWER + output.failure());
  }

  /**
   * The output without a candidate that was ruled on so.
   *
   * @param cost what the model used for it
   * @param text what it says; null where nobody knows
   */
  public static <C> Output<C> withoutCandidate(Verdict ruled, Cost cost, @Nullable String text) {
    String reason = ruled.reason();
    return ruled.decided()
        ? new Output<>(Output.Kind.MALFORMED, null, after(MALFORMED, reason), cost, text)
        : Output.failed(after(NO_ANSWER, reason), cost);
  }

  private static String after(String prefix, String reason) {
    return reason.startsWith(prefix) ? reason.substring(prefix.length()) : reason;
  }
}

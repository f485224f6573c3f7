package dev.rsi.core.internal;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Output;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Has a verifier rule. What breaks gives UNDECIDED, never an exception. */
public final class Ruling {
  private static final String MALFORMED = "malformed: ";
  private static final String NO_ANSWER = "no answer: ";

  private Ruling() {}

  /** Rules on the candidates of one task, in order. */
  public static <T, C> List<Verdict> on(
      Verifier<? super T, ? super C> verifier, T task, List<C> candidates) {
    if (candidates.isEmpty()) {
      return List.of();
    }
    List<Verdict> verdicts;
    try {
      List<Verdict> given = verifier.verifyAll(task, Collections.unmodifiableList(candidates));
      // A copy, which unlike List.of may be asked whether it holds null.
      verdicts = given == null ? List.of() : new ArrayList<>(given);
    } catch (CancelledException e) {
      throw e;
    } catch (Throwable e) {
      return Collections.nCopies(candidates.size(), Verdict.broken("verifier", e));
    }
    if (verdicts.size() != candidates.size() || verdicts.contains(null)) {
      return Collections.nCopies(
          candidates.size(),
          Verdict.undecided(
              "the verifier gave no verdict for each of " + candidates.size() + " candidates"));
    }
    return verdicts;
  }

  /** Rules on one output. */
  public static <T, C> Verdict on(
      Verifier<? super T, ? super C> verifier, T task, Output<C> output) {
    C candidate = output.candidate();
    return candidate == null
        ? withoutCandidate(output)
        : on(verifier, task, List.of(candidate)).get(0);
  }

  /** What is ruled where there is no candidate. */
  public static Verdict withoutCandidate(Output<?> output) {
    return output.kind() == Output.Kind.MALFORMED
        ? Verdict.fail(MALFORMED + output.failure())
        : Verdict.undecided(NO_ANSWER + output.failure());
  }

  /** The output without a candidate that was ruled on so. */
  public static <C> Output<C> withoutCandidate(Verdict ruled, int tokens) {
    String reason = ruled.reason();
    return ruled.decided()
        ? Output.malformed(after(MALFORMED, reason), tokens)
        : Output.failed(after(NO_ANSWER, reason), tokens);
  }

  private static String after(String prefix, String reason) {
    return reason.startsWith(prefix) ? reason.substring(prefix.length()) : reason;
  }
}

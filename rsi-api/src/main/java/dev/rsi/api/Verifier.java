package dev.rsi.api;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rules on attempts: right, wrong, or not to be decided.
 *
 * <p>A verifier is a lambda over task and candidate. One that judges the candidates of a task
 * against each other, as a majority vote does, overrides {@link #verifyAll}. Candidates come from a
 * model: treat them as hostile input.
 *
 * <p>Implementations must be thread-safe and should be pure: the loop may ask again on replay.
 *
 * @param <T> task
 * @param <C> candidate
 */
@FunctionalInterface
public interface Verifier<T, C> extends Described {
  /**
   * A verifier that can be told from others: a lambda cannot describe itself.
   *
   * @param description what it is and how it is set, for example {@code "exact sum v2"}; change it
   *     whenever the rule changes, so that no run is resumed under another rule
   * @param verifier does the work
   */
  static <T, C> Verifier<T, C> named(
      String description, Verifier<? super T, ? super C> verifier) {
    return new NamedVerifier<>(Named.checked(description), verifier);
  }


  /**
   * Rules on one candidate.
   *
   * @return the verdict. A verifier that cannot tell returns {@link Verdict#undecided}; one that
   *     throws is recorded as UNDECIDED, which never counts as wrong and never trains
   */
  Verdict verify(T task, C candidate);

  /**
   * Rules on all candidates of one task. The default asks {@link #verify} for each and turns what
   * it throws into UNDECIDED for that candidate alone.
   *
   * @param candidates the candidates of the task in order; never empty
   * @return one verdict per candidate, in the same order
   */
  default List<Verdict> verifyAll(T task, List<? extends C> candidates) {
    List<Verdict> verdicts = new ArrayList<>(candidates.size());
    for (C candidate : candidates) {
      @Nullable Verdict verdict;
      try {
        verdict = verify(task, candidate);
      } catch (CancelledException e) {
        throw e;
      } catch (RuntimeException e) {
        verdict = Verdict.broken("verifier", e);
      }
      verdicts.add(verdict == null ? Verdict.undecided("the verifier returned null") : verdict);
    }
    return verdicts;
  }
}

package dev.rsi.api;

import java.util.List;
import java.util.Set;

/**
 * Where a gate pulls its evidence from during one decision. It hides the probes themselves: a gate
 * sees readings only, and so needs no types of task and candidate.
 *
 * <p>Used by one thread, and only until {@link DriftGate#decide} returns.
 */
public interface ProbeSource {

  /** The kinds of probes there are, in a fixed order; at least one. */
  List<ProbeKind> kinds();

  /** Which decision of the lineage this is, from 1: for rules that spend error over decisions. */
  long ordinal();

  /**
   * Draws the next probes of a kind, in a secret random order without replacement, and runs them on
   * the roles asked for.
   *
   * @param kind a name of {@link #kinds()}
   * @param count how many, 1 or more
   * @param roles which versions to run, at least one; readings known already cost nothing
   * @return at most {@code count} results; fewer, down to none, when the kind is used up
   * @throws IllegalArgumentException if there is no such kind
   * @throws CancelledException if the run was cancelled
   */
  List<ProbeResult> pull(String kind, int count, Set<Role> roles);
}

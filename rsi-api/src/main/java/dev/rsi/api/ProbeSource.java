package dev.rsi.api;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Where a gate pulls its evidence from during one decision. It hides the probes themselves: a gate
 * sees readings only, and so needs no types of task and candidate. Field term: held-out evaluation
 * set.
 *
 * <p>Used by one thread, and only until {@link DriftGate#decide} returns.
 */
public interface ProbeSource {

  /** The kinds of probes there are, in a fixed order; at least one. */
  List<ProbeKind> kinds();

  /** Which decision of the lineage this is, from 1: for rules that spend error over decisions. */
  long ordinal();

  /**
   * The roles that it has versions for.
   *
   * @return by default all but {@link Role#BEST}
   */
  default Set<Role> roles() {
    return EnumSet.complementOf(EnumSet.of(Role.BEST));
  }

  /** Number of the bank that the probes come from, from 1; a bank once left never comes back. */
  default long bank() {
    return 1;
  }

  /**
   * How many different histories of answers this bank may have given before this decision, 1 or
   * more: what the loop may know of it. A gate that claims more than the bank's own mean divides by
   * it what it spends. 1 for a fresh bank, and for one of which nothing more is claimed.
   */
  default double histories() {
    return 1;
  }

  /**
   * What is wrong with the instrument at this moment, in words: a judge that contradicts a known
   * answer, probes that were changed. Empty if nothing is. A gate promotes nothing on an unsound
   * instrument, and asks again before it does.
   */
  default List<String> faults() {
    return List.of();
  }

  /**
   * How many probes of a kind are read in about the time of one, 1 or more: as many as the model
   * takes at once. A gate that needs as many may pull them together.
   */
  default int together() {
    return 1;
  }

  /**
   * Draws the next probes of a kind, in a secret random order without replacement, and runs them on
   * the roles asked for.
   *
   * @param kind a name of {@link #kinds()}
   * @param count how many, 1 or more
   * @param roles which versions to run, at least one; readings known already cost nothing
   * @return at most {@code count} results; fewer, down to none, when the kind is used up or the
   *     budget has no room for more in this decision. Whether another is given is settled by those
   *     given before it, never by what it reads
   * @throws IllegalArgumentException if there is no such kind
   * @throws CancelledException if the run was cancelled
   */
  List<ProbeResult> pull(String kind, int count, Set<Role> roles);

  /**
   * Measures the instrument: runs the incumbent a second time, under other seeds, on probes drawn
   * already. What differs is noise.
   *
   * @param kind a name of {@link #kinds()}
   * @param count how many, 1 or more
   * @return at most {@code count} results, in which INCUMBENT is the first reading and CHALLENGER
   *     the second; none where it cannot be measured, or the budget has no room for the whole
   *     decision
   * @throws IllegalArgumentException if there is no such kind
   * @throws CancelledException if the run was cancelled
   */
  default List<ProbeResult> retest(String kind, int count) {
    return List.of();
  }
}

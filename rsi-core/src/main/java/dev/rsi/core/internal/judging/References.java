package dev.rsi.core.internal.judging;

import com.google.common.collect.ImmutableSet;
import java.util.Set;

/**
 * The versions that a challenger is read beside.
 *
 * @param best of each kind; generation 0 of all of them where the gate does not ask for the best
 */
record References(String anchor, String incumbent, BestVersions best) {

  /** Those that the probes of a kind are read with, each once. */
  Set<String> of(String kind) {
    return ImmutableSet.of(anchor, incumbent, best.of(kind));
  }
}

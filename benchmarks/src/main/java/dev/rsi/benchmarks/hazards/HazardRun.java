package dev.rsi.benchmarks.hazards;

import dev.rsi.api.GateDecision.Action;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What came of one run.
 *
 * @param hazard its name
 * @param index number of the run with this hazard, from 1
 * @param seed of the run
 * @param base seed of its generation 0
 * @param from first generation with the hazard; 0 for a healthy run
 * @param steps its generations
 * @param seconds it took, exam included
 */
record HazardRun(
    String hazard, int index, long seed, long base, int from, List<Step> steps, double seconds) {

  HazardRun {
    steps = List.copyOf(steps);
  }

  /** How a run with a hazard ended. */
  enum Verdict {
    /** The first harmful challenger, and every other one, was not promoted. */
    DETECTED,
    /** A harmful version went live. */
    MISSED,
    /** The exam found no harmful challenger. */
    HARMLESS
  }

  Verdict verdict() {
    if (steps.stream().anyMatch(step -> step.harmful() && step.action() == Action.PROMOTE)) {
      return Verdict.MISSED;
    }
    return firstHarm().isPresent() ? Verdict.DETECTED : Verdict.HARMLESS;
  }

  /** The first challenger made under the hazard that was harmful. */
  Optional<Step> firstHarm() {
    return steps.stream().filter(step -> step.planted() && step.harmful()).findFirst();
  }

  long count(Action action) {
    return steps.stream().filter(step -> step.action() == action).count();
  }

  /** Rollbacks of challengers that lost less than the limit everywhere. */
  long falseAlarms() {
    return steps.stream()
        .filter(step -> step.action() == Action.ROLLBACK && !step.harmful())
        .count();
  }

  /** The actions by their first letters, in order. */
  String actions() {
    return steps.stream()
        .map(step -> step.action().name().substring(0, 1))
        .collect(Collectors.joining());
  }
}

package dev.rsi.core.report;

import dev.rsi.api.GateDecision;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One generation in numbers. Generation 0 is the version the run began with: it has an exam and
 * nothing else. Field term: result of an iteration.
 *
 * @param generation from 0
 * @param outcome what became of it
 * @param frontier hardest level practised, 0 for generation 0
 * @param made attempts that could give lessons
 * @param kept lessons made of them
 * @param challenger id of the version trained, null if there is none
 * @param decision what the gate said, null if it was not asked
 * @param exam share of exam tasks solved per kind, in [0, 1]: by the challenger where there is one,
 *     else by the live version; empty without an exam
 * @param live id of the version live at its end
 */
public record GenerationReport(
    int generation,
    Outcome outcome,
    int frontier,
    int made,
    int kept,
    @Nullable String challenger,
    @Nullable GateDecision decision,
    Map<String, Double> exam,
    String live) {

  /** What became of a generation. */
  public enum Outcome {
    /** Generation 0. */
    ANCHOR,
    /** The challenger went live. */
    PROMOTED,
    /** The gate could not tell, and nobody approved: the incumbent stays. */
    HELD,
    /** The gate would have promoted, but nobody approved: the incumbent stays. */
    REFUSED,
    /** The gate found harm: the incumbent stays. */
    ROLLED_BACK,
    /** No attempt gave a lesson: nothing was trained. */
    NO_LESSONS,
    /** A part broke before the gate: the incumbent stays. */
    FAILED
  }

  public GenerationReport {
    exam = Collections.unmodifiableMap(new LinkedHashMap<>(exam));
  }

  /** The generation in a line, without its exam. */
  public String summary() {
    String text =
        String.format(
            Locale.ROOT,
            "generation %d %s",
            generation,
            outcome.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    return outcome == Outcome.ANCHOR
        ? text
        : String.format(
            Locale.ROOT, "%s: up to level %d, kept %d of %d", text, frontier, kept, made);
  }
}

package dev.rsi.core.report;

import dev.rsi.api.GateDecision;
import dev.rsi.core.internal.Cut;
import dev.rsi.core.internal.LeftOutIfNull;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
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
 *     else by the live version; of a kind whose judge measures, the mean score; empty without an
 *     exam
 * @param live id of the version live at its end
 * @param practised what came of the attempts; null for generation 0, and in a record older than
 *     that
 * @param why why nothing was trained, in words; null where something was, and in a record older
 *     than that
 * @param supplied where its tasks came from; null where they have levels and are drawn, for
 *     generation 0, and in a record older than that
 * @param proposed how its challenger was chosen; null where the trainer proposes one, or was not
 *     asked
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
    String live,
    @LeftOutIfNull @Nullable Practised practised,
    @LeftOutIfNull @Nullable String why,
    @LeftOutIfNull @Nullable Supplied supplied,
    @LeftOutIfNull @Nullable Proposed proposed) {

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
    /** Nothing of the kind that the trainer learns from: nothing was trained. */
    NO_LESSONS,
    /** A part broke before the gate: the incumbent stays. */
    FAILED;

    /** Its name in words, as in {@code "no lessons"}. */
    public String words() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /**
   * How a challenger was chosen among several.
   *
   * @param proposals how many the trainer proposed
   * @param trained how many of them were trained; what broke of the others is among the faults
   * @param taken which of them went to the gate, from 1; 0 if none did
   */
  public record Proposed(int proposals, int trained, int taken) {
    /** In words, as in {@code "proposal 2 of 4"}. */
    public String words() {
      return (taken == 0 ? "none" : "proposal " + taken)
          + " of "
          + proposals
          + (trained == proposals || taken == 0 ? "" : ", " + (proposals - trained) + " failed");
    }
  }

  /**
   * What came of the attempts that could give lessons.
   *
   * @param passed how many passed
   * @param failed how many gave a candidate that was proven wrong
   * @param malformed how many gave none, by the model's fault
   * @param undecided how many were neither proven right nor wrong
   * @param ungraded how many passed, but are worth nothing to the critic, or could not be graded
   * @param known how many passed, but are lessons already: the same task and candidate
   * @param undecidedBecause why they were undecided: the reasons met most, and how often
   * @param meanScore the mean score of decided attempts, in [0, 1], 0 if there is none, where the
   *     verifier only measures: then those that passed scored above 0, and those that failed did
   *     not; null where it rules
   */
  public record Practised(
      int passed,
      int failed,
      int malformed,
      int undecided,
      int ungraded,
      int known,
      Map<String, Integer> undecidedBecause,
      @LeftOutIfNull @Nullable Double meanScore) {
    public Practised {
      undecidedBecause = Collections.unmodifiableMap(new LinkedHashMap<>(undecidedBecause));
    }

    /** What came of attempts that a verifier ruled on. */
    public Practised(
        int passed,
        int failed,
        int malformed,
        int undecided,
        int ungraded,
        int known,
        Map<String, Integer> undecidedBecause) {
      this(passed, failed, malformed, undecided, ungraded, known, undecidedBecause, null);
    }

    /** The mean score in words, as in {@code "mean score 0.61"}; empty where there is none. */
    public String meanWords() {
      return meanScore == null ? "" : String.format(Locale.ROOT, "mean score %.2f", meanScore);
    }

    private String didPass() {
      return meanScore == null ? "passed" : "scored above 0";
    }

    /** How many attempts there were. */
    public int made() {
      return passed + failed + malformed + undecided;
    }

    /** Why no lesson was made of them, in words and numbers. */
    public String lack() {
      if (made() == 0) {
        return "no attempt was made";
      }
      if (made() == undecided) {
        return "none of " + made() + " attempts was decided" + because();
      }
      String lack = ofTheDecided();
      return undecided == 0 ? lack : lack + "; " + undecidedWords();
    }

    /** How many were undecided and why, as in {@code "2 undecided (it was asleep, 2 times)"}. */
    public String undecidedWords() {
      return undecided + " undecided" + because();
    }

    private String ofTheDecided() {
      if (passed == 0) {
        return "none of "
            + (made() - undecided)
            + " decided attempts "
            + didPass()
            + (malformed == 0 ? "" : ", " + malformed + " were malformed");
      }
      if (passed == known) {
        return "all " + passed + " that " + didPass() + " were known";
      }
      if (passed == known + ungraded) {
        return "of "
            + passed
            + " that "
            + didPass()
            + " "
            + known
            + " were known, and "
            + ungraded
            + " had no grade over 0";
      }
      return passed + " of " + (made() - undecided) + " " + didPass();
    }

    private String because() {
      return undecidedBecause.entrySet().stream()
          .map(reason -> reason.getKey() + ", " + reason.getValue() + " times")
          .collect(Collectors.joining("; ", " (", ")"));
    }
  }

  /**
   * Where practice tasks came from.
   *
   * @param levels how many levels they have; 1 where nothing is known of difficulty
   * @param tasks how many there are in the lists practised so far; 0 if they are drawn
   * @param leftOut how many of those are held out, and were left out
   * @param epochs how often the run has gone through them by the end of this generation, those left
   *     out too
   */
  public record Supplied(int levels, int tasks, int leftOut, double epochs) {

    /** As in {@code "1.5 epochs of 120 tasks (3 held out)"}. */
    String words() {
      return String.format(Locale.ROOT, "%.1f epochs of %d tasks", epochs, tasks)
          + (leftOut == 0 ? "" : " (" + leftOut + " held out)");
    }
  }

  public GenerationReport {
    exam = Collections.unmodifiableMap(new LinkedHashMap<>(exam));
    why = why == null ? null : Cut.text(why);
  }

  /** A report without what came of the attempts, as in an older record. */
  public GenerationReport(
      int generation,
      Outcome outcome,
      int frontier,
      int made,
      int kept,
      @Nullable String challenger,
      @Nullable GateDecision decision,
      Map<String, Double> exam,
      String live) {
    this(generation, outcome, frontier, made, kept, challenger, decision, exam, live, null, null);
  }

  /** A report without where tasks came from, on a generation whose trainer proposes one. */
  public GenerationReport(
      int generation,
      Outcome outcome,
      int frontier,
      int made,
      int kept,
      @Nullable String challenger,
      @Nullable GateDecision decision,
      Map<String, Double> exam,
      String live,
      @Nullable Practised practised,
      @Nullable String why) {
    this(
        generation,
        outcome,
        frontier,
        made,
        kept,
        challenger,
        decision,
        exam,
        live,
        practised,
        why,
        null,
        null);
  }

  /** The generation in a line, without its exam. */
  public String summary() {
    String text = String.format(Locale.ROOT, "generation %d %s", generation, outcome.words());
    if (outcome == Outcome.ANCHOR) {
      return text;
    }
    boolean hasLevels = supplied == null || supplied.levels() > 1;
    String line =
        text + ": " + (hasLevels ? "up to level " + frontier + ", " : "") + "kept " + kept;
    line += " of " + made;
    if (practised != null && practised.meanScore() != null) {
      line += ", " + practised.meanWords();
    }
    if (supplied != null && supplied.tasks() > 0) {
      line += ", " + supplied.words();
    }
    line += proposed == null ? "" : ", " + proposed.words();
    if (practised != null && outcome != Outcome.NO_LESSONS) {
      line += practised.known() == 0 ? "" : ", " + practised.known() + " known";
      line += practised.undecided() == 0 ? "" : ", " + practised.undecidedWords();
    }
    return why == null ? line : line + ": " + why;
  }
}

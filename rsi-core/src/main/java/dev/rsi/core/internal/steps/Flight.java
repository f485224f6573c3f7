package dev.rsi.core.internal.steps;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * What a run shows of itself in a recording of JDK Flight Recorder: {@link Generation}, {@link
 * Phase}, {@link Batch} and {@link Decision}, each with its duration. While nobody records, they
 * cost nothing.
 */
public final class Flight {
  private static final String CATEGORY = "rsi";

  private Flight() {}

  /** A generation that came to its end, from its scouting on. */
  @Name("dev.rsi.Generation")
  @Label("Generation")
  @Category(CATEGORY)
  @StackTrace(false)
  public static final class Generation extends Event {
    @Label("Run")
    String run;

    @Label("Generation")
    int generation;

    @Label("Incumbent")
    String incumbent;

    @Label("Outcome")
    String outcome = "";

    public Generation(String run, int generation, String incumbent) {
      this.run = run;
      this.generation = generation;
      this.incumbent = incumbent;
      begin();
    }

    /** Ends it. */
    public void end(String found) {
      outcome = found;
      commit();
    }
  }

  /** A phase of a generation: scout, practise, train, judge or examine. */
  @Name("dev.rsi.Phase")
  @Label("Phase")
  @Category(CATEGORY)
  @StackTrace(false)
  public static final class Phase extends Event {
    @Label("Run")
    String run;

    @Label("Generation")
    int generation;

    @Label("Phase")
    String phase;

    Phase(String run, int generation, String phase) {
      this.run = run;
      this.generation = generation;
      this.phase = phase;
      begin();
    }
  }

  /** A call of the model. */
  @Name("dev.rsi.Batch")
  @Label("Batch")
  @Category(CATEGORY)
  @StackTrace(false)
  public static final class Batch extends Event {
    @Label("Run")
    String run;

    @Label("Purpose")
    String purpose;

    @Label("Version")
    String version;

    @Label("Size")
    int size;

    Batch(String run, String purpose, String version, int size) {
      this.run = run;
      this.purpose = purpose;
      this.version = version;
      this.size = size;
      begin();
    }
  }

  /** A decision of the gate, with the reading of its probes. */
  @Name("dev.rsi.Decision")
  @Label("Decision")
  @Category(CATEGORY)
  @StackTrace(false)
  public static final class Decision extends Event {
    @Label("Run")
    String run;

    @Label("Generation")
    int generation;

    @Label("Challenger")
    String challenger;

    @Label("Action")
    String action = "";

    public Decision(String run, int generation, String challenger) {
      this.run = run;
      this.generation = generation;
      this.challenger = challenger;
      begin();
    }

    /** Ends it. */
    public void end(String decided) {
      action = decided;
      commit();
    }
  }
}

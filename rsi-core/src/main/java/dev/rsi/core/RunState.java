package dev.rsi.core;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.GateDecision;
import dev.rsi.api.ModelVersion;
import dev.rsi.core.internal.Cut;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.steps.LeavingException;
import dev.rsi.core.internal.steps.LogContext;
import dev.rsi.core.internal.steps.OvertakenRunException;
import dev.rsi.core.internal.steps.Part;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a run has come to: what is live, how far the model can go, how many generations there were.
 * The one place in which what is live changes.
 */
final class RunState {
  private static final Logger log = LoopLog.LOG;

  private final String anchor;
  private final Steps steps;
  private final ModelRegistry registry;
  private final ModelRegistry.Driver driver;
  private final Runnable leased;
  private final LogContext logContext;
  private Live live;
  private Frontier frontier;
  private @Nullable Live scouted;
  private int finished;
  private int fruitless;

  /** What became of those, and why the last time. */
  private final Map<GenerationReport.Outcome, Fruitless> without =
      new EnumMap<>(GenerationReport.Outcome.class);

  /**
   * What a run begins with.
   *
   * @param anchor id of generation 0
   * @param driver of the run on the registry
   * @param leased throws if the run's lease is not held any more
   */
  RunState(
      String anchor,
      Frontier frontier,
      Steps steps,
      ModelRegistry registry,
      ModelRegistry.Driver driver,
      Runnable leased,
      LogContext logContext) {
    this.anchor = anchor;
    this.steps = steps;
    this.registry = registry;
    this.driver = driver;
    this.leased = leased;
    this.logContext = logContext;
    this.live = new Live(anchor);
    this.frontier = frontier;
    logContext.at(0, anchor);
  }

  /** Id of generation 0. */
  String anchor() {
    return anchor;
  }

  Live live() {
    return live;
  }

  /** Id of the version live now. */
  String incumbent() {
    return live.version();
  }

  Frontier frontier() {
    return frontier;
  }

  /** Whether the frontier was measured of what is live now. */
  boolean isScouted() {
    return live.equals(scouted);
  }

  /** Whether it was measured at all. */
  boolean wasScouted() {
    return scouted != null;
  }

  /** The frontier was measured of what is live now. */
  void measured(Frontier found) {
    frontier = found;
    scouted = live;
  }

  /** The last generation that came to its end. */
  int finished() {
    return finished;
  }

  /** How many of the last generations brought no promotion. */
  int fruitless() {
    return fruitless;
  }

  /** Counts a generation that came to its end. */
  void finished(GenerationReport report) {
    finished = report.generation();
    if (finished > 0) {
      if (report.outcome() == GenerationReport.Outcome.PROMOTED) {
        fruitless = 0;
        without.clear();
      } else {
        fruitless++;
        without.merge(report.outcome(), Fruitless.of(report), (before, now) -> now.after(before));
      }
    }
  }

  /**
   * Generations without a promotion that came to the same.
   *
   * @param why the last of them did; empty if nobody knows
   * @param older whether all are of a record that is older than such words
   */
  private record Fruitless(int count, String why, boolean older) {
    static Fruitless of(GenerationReport report) {
      boolean older = report.practised() == null && report.why() == null;
      GateDecision decision = report.decision();
      String gate =
          decision == null || report.outcome() == GenerationReport.Outcome.REFUSED
              ? ""
              : decision.reason();
      return new Fruitless(1, Objects.requireNonNullElse(report.why(), gate), older);
    }

    Fruitless after(Fruitless before) {
      return new Fruitless(before.count + 1, why, before.older && older);
    }
  }

  /** How the last generations went that brought no promotion, in words. */
  String fruitlessWords() {
    String words = fruitless + " generations in a row brought no promotion";
    if (without.values().stream().allMatch(Fruitless::older)) {
      return words + ".";
    }
    List<String> kinds = new ArrayList<>();
    without.forEach(
        (outcome, those) -> {
          String kind = those.count() + " " + outcome.words();
          String why = Cut.shown(those.why().strip());
          kinds.add(why.isEmpty() ? kind : kind + " (" + why + ")");
        });
    return words + ": " + String.join(", ", kinds) + ".";
  }

  /** A generation begins. */
  void begin(int generation) {
    steps.generation(generation);
    logContext.at(generation, incumbent());
  }

  /** Generation 0 goes live, unless another version is: that is not for a run to take away. */
  void begin() {
    steps.outside(
        () -> {
          steps.between();
          makeLive(anchor, null);
        });
  }

  /** A challenger goes live. */
  void promote(String challenger) {
    steps.at(Part.REGISTRY);
    String before = incumbent();
    become(challenger);
    steps.record(new RunEvent.Promoted(steps.generation(), before, challenger));
  }

  /** Where the live version's files were damaged, the nearest sound one before it goes live. */
  void fallBack() {
    steps.at(Part.REGISTRY);
    RunEvent.FellBack fallen = steps.perhaps(RunEvent.FellBack.class, this::fallen);
    if (fallen != null) {
      become(fallen.to());
    }
    steps.at(Part.PRACTICE);
  }

  private RunEvent.@Nullable FellBack fallen() {
    try {
      steps.registry(() -> registry.version(incumbent()));
      return null;
    } catch (CorruptModelException | IllegalArgumentException damaged) {
      // Where not even an ancestor is there, the registry is not.
      String sound =
          steps
              .knownVersion(() -> registry.soundAncestor(incumbent()))
              .map(ModelVersion::id)
              .orElseThrow(() -> damaged);
      log.warn("run {}: version {} is damaged, {} goes live", steps.run(), incumbent(), sound);
      return new RunEvent.FellBack(
          steps.generation(), incumbent(), sound, String.valueOf(damaged.getMessage()));
    }
  }

  private void become(String version) {
    String before = incumbent();
    steps.outside(() -> makeLive(version, before));
    live = new Live(version);
    logContext.at(steps.generation(), version);
  }

  /**
   * Makes a version live, if nobody else drives the run and nobody else made another one live: a
   * process that stood still while another took the run over must not put anything back.
   */
  private void makeLive(String version, @Nullable String before) {
    ofDriver(
        () -> {
          leased.run();
          driver.promote(version, before);
          return version;
        });
  }

  /** A generation or the run ended, as the record now says. */
  void settled(RunStore.Head head) {
    ofDriver(
        () -> {
          driver.settle(head.events(), head.hash());
          return head;
        });
  }

  /** Whoever was overtaken has nothing to say of the run any more, nor how it was left. */
  void checkHeld() {
    ofDriver(
        () -> {
          leased.run();
          return true;
        });
  }

  private <R> R ofDriver(Supplier<R> ask) {
    return steps.knownVersion(
        () -> {
          try {
            return ask.get();
          } catch (ModelRegistry.OvertakenException | RunStore.OvertakenException overtaken) {
            throw new OvertakenRunException(steps.run(), overtaken);
          } catch (ModelRegistry.MovedException moved) {
            throw new LeavingException(
                RunReport.End.OVERRULED, String.valueOf(moved.getMessage()), moved);
          } catch (ModelRegistry.WithdrawnException withdrawn) {
            // Since it was asked whether it goes live; that is asked again.
            throw new LeavingException(
                RunReport.End.OVERRULED, String.valueOf(withdrawn.getMessage()), withdrawn);
          }
        });
  }
}

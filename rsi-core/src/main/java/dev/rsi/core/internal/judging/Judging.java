package dev.rsi.core.internal.judging;

import dev.rsi.api.CancelledException;
import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.Role;
import dev.rsi.core.internal.Cut;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.ProbeOrder;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.internal.Times;
import dev.rsi.core.internal.Unasked;
import dev.rsi.core.internal.calls.Watch;
import dev.rsi.core.internal.near.SpentTasks;
import dev.rsi.core.internal.probe.DefaultProbeBank;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.internal.steps.Attempts;
import dev.rsi.core.internal.steps.Part;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.report.RunEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The gate's side of a run: asks the gate about challengers, and keeps the instrument it decides by
 * sound. Before a decision its order of probes is committed to, and judges and probes are checked;
 * a bank that has answered often enough makes way for a fresh one.
 */
public final class Judging<T, C> {
  private static final Logger log = LoopLog.LOG;

  private static final String GATE = "gate";

  /** How often a run that keeps its pace looks whether it is to be left. */
  private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private DriftGate gate;
  private final long secret;
  private final Clock clock;
  private final Duration pace;
  private final String anchor;
  private final Attempts<T, C> attempts;
  private final Seeds seeds;
  private final int batch;
  private final int parallel;
  private final Steps steps;
  private final HeldOut<T> heldOut;
  private final SpentTasks spent;
  private final Ledger ledger;
  private final BestVersions best;
  private BankInUse<T, C> bank;
  private long decisions;
  private @Nullable Runnable goesLive;

  /**
   * The probes of a run.
   *
   * @param secret what orders are made of: of this run alone, as it is shown when the run has ended
   * @param pace of which a decision takes a whole multiple; zero for none
   * @param batch requests per call of the model
   * @param parallel calls of the model at once
   * @param heldOut keeps practice and probes apart
   * @param spent is told the texts of all tasks that the model is trained on, by whoever trains it
   * @param ledger tells how long the run may still wait
   */
  public Judging(
      DriftGate gate,
      DefaultProbeBank<T, C> probes,
      long secret,
      Clock clock,
      Duration pace,
      String anchor,
      Attempts<T, C> attempts,
      Seeds seeds,
      int batch,
      int parallel,
      Steps steps,
      HeldOut<T> heldOut,
      SpentTasks spent,
      Ledger ledger) {
    this.gate = gate;
    this.secret = secret;
    this.clock = clock;
    this.pace = pace;
    this.anchor = anchor;
    this.attempts = attempts;
    this.seeds = seeds;
    this.batch = batch;
    this.parallel = parallel;
    this.steps = steps;
    this.heldOut = heldOut;
    this.spent = spent;
    this.ledger = ledger;
    this.best = new BestVersions(anchor);
    this.bank = new BankInUse<>(steps, probes, 1, anchor, attempts, seeds, batch);
  }

  /** Has another gate decide, from the first decision on. */
  public void decideBy(DriftGate other) {
    gate = other;
  }

  /** The most attempts that the next decision makes. */
  public long worstCase(String incumbent) {
    return bank.worstCase(references(incumbent));
  }

  /** The versions that the next challenger is read beside. */
  private References references(String incumbent) {
    return new References(
        anchor, incumbent, gate.roles().contains(Role.BEST) ? best : new BestVersions(anchor));
  }

  /** The fewest attempts that the next decision is worth beginning with, by the gate. */
  public long leastCase(String incumbent) {
    if (bank.isUsedUp()) {
      return worstCase(incumbent);
    }
    DecisionProbes<T, C> unread =
        new DecisionProbes<>(
            bank, Map.of(), bestIfRead(), decisions + 1, bank.histories(), secret, 0, 1);
    unread.close();
    Map<String, Integer> fewest = new HashMap<>();
    try {
      List<ProbeKind> kinds = steps.direct().call(GATE, () -> List.copyOf(gate.fewest(unread)));
      kinds.forEach(kind -> fewest.put(kind.name(), kind.available()));
    } catch (CancelledException e) {
      throw e;
    } catch (RuntimeException e) {
      log.warn("run {}: the gate does not say how many probes it needs", steps.run(), e);
    }
    return Math.min(bank.leastCase(references(incumbent), fewest), worstCase(incumbent));
  }

  /**
   * Asks the gate. Whatever breaks is HOLD, and recorded.
   *
   * @param most attempts that the decision may take; null in a record that does not say
   */
  public GateDecision decide(int generation, @Nullable Long most, Map<Role, String> versions) {
    decisions++;
    Instant began = clock.instant();
    GateDecision decision =
        steps.guarded(
            Part.GATE,
            () -> {
              renew();
              int together = commit(generation, most);
              String incumbent = Objects.requireNonNull(versions.get(Role.INCUMBENT));
              long room = most == null ? Long.MAX_VALUE : most;
              return ask(room < worstCase(incumbent) ? room : Long.MAX_VALUE, together, versions);
            },
            e -> Unasked.because("The gate failed: " + e));
    String challenger = versions.get(Role.CHALLENGER);
    goesLive = challenger == null ? null : () -> best.promoted(challenger, decision);
    // One that is recalled has kept it.
    steps.outside(() -> keepPace(Duration.between(began, clock.instant())));
    return decision;
  }

  /**
   * Counts what the loop learns of the last decision, and tells the gate.
   *
   * @param wentLive whether the challenger did
   * @param decision what the gate decided
   */
  public void answered(boolean wentLive, GateDecision decision) {
    steps.guarded(
        Part.GATE,
        () -> {
          steps
              .direct()
              .call(
                  GATE,
                  () -> {
                    gate.answered(wentLive);
                    return true;
                  });
          steps.checkFault(Part.GATE);
          return true;
        },
        e -> false);
    boolean promoted = wentLive && decision.promotes();
    bank.answered(promoted);
    if (promoted && goesLive != null) {
      goesLive.run();
    }
  }

  /** The versions that are the best of some kind so far, but for generation 0. */
  public Set<String> best() {
    return best.all();
  }

  private @Nullable BestVersions bestIfRead() {
    return gate.roles().contains(Role.BEST) ? best : null;
  }

  /** Commits to an order of probes, and gives how many of them are read at once. */
  private int commit(int generation, @Nullable Long most) {
    // Pulls depend on it, and who resumes may declare another number.
    Integer together =
        steps.told(
            RunEvent.ProbesCommitted.class,
            RunEvent.ProbesCommitted::together,
            () -> parallel > 1 ? (Integer) parallel : null);
    steps.record(
        new RunEvent.ProbesCommitted(
            generation,
            decisions,
            bank.number(),
            bank.digest(),
            bank.tasks().knownAnswers(),
            ProbeOrder.commitment(secret, decisions, bank.digest()),
            most,
            together));
    return together == null ? 1 : together;
  }

  /** Waits until a decision that took so long has taken a whole number of paces. */
  private void keepPace(Duration taken) {
    if (pace.isZero()) {
      return;
    }
    long nanos = Times.nanos(pace);
    long wait = nanos - Math.floorMod(Times.nanos(taken), nanos);
    long left = Math.min(wait, ledger.nanosLeft());
    Watch watch = steps.context("keeping the pace");
    try {
      // The decision is made and has to be recorded: the loop ends at its next step.
      while (left > 0 && !watch.leaving() && !watch.cancelled()) {
        TimeUnit.NANOSECONDS.sleep(Math.min(left, GLANCE_NANOS));
        left -= GLANCE_NANOS;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private GateDecision ask(long most, int together, Map<Role, String> versions) {
    DecisionProbes<T, C> source =
        new DecisionProbes<>(
            bank, versions, bestIfRead(), decisions, bank.histories(), secret, most, together);
    try {
      GateDecision given = steps.direct().call(GATE, () -> gate.decide(source));
      steps.checkFault(Part.GATE);
      if (given == null) {
        return Unasked.because("The gate returned null.");
      }
      // A gate that asked for itself is not asked for again: its record says what it saw.
      List<String> faults = given.promotes() && !source.isChecked() ? bank.faults() : List.of();
      return faults.isEmpty()
          ? new GateDecision(given.action(), Cut.text(given.reason()), given.findings())
          : Unasked.because("The instrument is unsound: " + String.join("; ", faults) + ".");
    } finally {
      source.close();
    }
  }

  private void renew() {
    if (bank.isUsedUp()) {
      long number = bank.number() + 1;
      DefaultProbeBank<T, C> next =
          steps
              .direct()
              .call(
                  "source of probes",
                  () ->
                      bank.tasks()
                          .next(
                              new Seeds(secret).random("probe bank", number, 0),
                              heldOut::mayProbe,
                              spent));
      bank = new BankInUse<>(steps, next, number, anchor, attempts, seeds, batch);
      heldOut.renewed(next);
    }
  }

  /** Forgets what was read of all but some versions. */
  public void forgetAllBut(List<String> kept) {
    List<String> all = new ArrayList<>(kept);
    all.addAll(best.all());
    bank.forgetAllBut(all);
  }

  /** What a version's answers to probes look like, for people. */
  public Map<String, Double> described(String version) {
    return bank.readings().described(version);
  }

  /** What the orders were made of, to be shown when the last decision is made; else nothing. */
  public List<RunEvent> revealed(int generation) {
    return decisions > 0 ? List.of(new RunEvent.ProbesRevealed(generation, secret)) : List.of();
  }
}

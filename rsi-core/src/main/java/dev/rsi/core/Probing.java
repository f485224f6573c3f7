package dev.rsi.core;

import dev.rsi.api.CancelledException;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Role;
import dev.rsi.core.internal.ProbeOrder;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.internal.Unasked;
import dev.rsi.core.internal.probe.DefaultProbeBank;
import dev.rsi.core.report.RunEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gate's side of a run: asks the gate about challengers, and keeps the instrument it decides by
 * sound. Before a decision its order of probes is committed to, and judges and probes are checked;
 * a bank that has answered often enough makes way for a fresh one.
 */
final class Probing<T, C> {
  private static final Logger log = LoggerFactory.getLogger(ImprovementLoop.class);

  private final ImprovementLoop<T, C> loop;
  private final String anchor;
  private final Attempts<T, C> attempts;
  private final Seeds seeds;
  private final Journal journal;
  private final HeldOut<T> heldOut;
  private final LessonPool<T, C> pool;
  private final Ledger ledger;
  private final long secret;
  private Bank<T, C> bank;
  private long decisions;

  /**
   * The probes of a run.
   *
   * @param heldOut keeps practice and probes apart
   * @param pool what the model is trained on
   * @param ledger tells how long the run may still wait
   */
  Probing(
      ImprovementLoop<T, C> loop,
      String anchor,
      Attempts<T, C> attempts,
      Seeds seeds,
      Journal journal,
      HeldOut<T> heldOut,
      LessonPool<T, C> pool,
      Ledger ledger) {
    this.loop = loop;
    this.anchor = anchor;
    this.attempts = attempts;
    this.seeds = seeds;
    this.journal = journal;
    this.heldOut = heldOut;
    this.pool = pool;
    this.ledger = ledger;
    // Of this seed alone, as it is shown when the run has ended.
    this.secret = new Seeds(loop.secret).of("orders", loop.seed);
    this.bank =
        new Bank<>(
            journal,
            DefaultProbeBank.of(loop.probes),
            1,
            anchor,
            attempts,
            seeds,
            loop.practice.batch());
  }

  /** The most attempts that the next decision makes. */
  long worstCase(String incumbent) {
    return bank.worstCase(anchor, incumbent);
  }

  /** The fewest attempts that the next decision is worth beginning with, by the gate. */
  long leastCase(String incumbent) {
    if (bank.isUsedUp()) {
      return worstCase(incumbent);
    }
    BankProbes<T, C> unread =
        new BankProbes<>(bank, Map.of(), decisions + 1, bank.histories(), secret, 0);
    unread.close();
    Map<String, Integer> fewest = new HashMap<>();
    try {
      loop.gate.fewest(unread).forEach(kind -> fewest.put(kind.name(), kind.available()));
    } catch (RuntimeException e) {
      log.warn("run {}: the gate does not say how many probes it needs", journal.run(), e);
    }
    return Math.min(bank.leastCase(anchor, incumbent, fewest), worstCase(incumbent));
  }

  /**
   * Asks the gate. Whatever breaks is HOLD, and recorded.
   *
   * @param most attempts that the decision may take; null in a record that does not say
   */
  GateDecision decide(int generation, @Nullable Long most, Map<Role, String> versions) {
    decisions++;
    Instant began = loop.clock.instant();
    GateDecision decision;
    try {
      renew();
      commit(generation, most);
      String incumbent = Objects.requireNonNull(versions.get(Role.INCUMBENT));
      long room = most == null ? Long.MAX_VALUE : most;
      decision = ask(room < worstCase(incumbent) ? room : Long.MAX_VALUE, versions);
    } catch (CancelledException | JournalException e) {
      throw e;
    } catch (RuntimeException e) {
      journal.fault(generation, "gate", e);
      decision = Unasked.because("The gate failed: " + e);
    }
    // One that is recalled has kept it.
    if (journal.isLive()) {
      keepPace(Duration.between(began, loop.clock.instant()));
    }
    return decision;
  }

  /**
   * Counts what the loop learns of the last decision.
   *
   * @param promoted whether the gate said so, and nobody refused
   */
  void answered(boolean promoted) {
    bank.answered(promoted);
  }

  private void commit(int generation, @Nullable Long most) {
    journal.record(
        new RunEvent.ProbesCommitted(
            generation,
            decisions,
            bank.number(),
            bank.digest(),
            bank.tasks().knownAnswers(),
            ProbeOrder.commitment(secret, decisions, bank.digest()),
            most));
  }

  /** Waits until a decision that took so long has taken a whole number of paces. */
  private void keepPace(Duration taken) {
    if (loop.pace.isZero()) {
      return;
    }
    long pace = loop.pace.toNanos();
    long wait = pace - Math.floorMod(taken.toNanos(), pace);
    try {
      TimeUnit.NANOSECONDS.sleep(Math.min(wait, ledger.nanosLeft()));
    } catch (InterruptedException e) {
      // The decision is made and has to be recorded: the loop ends at its next step.
      Thread.currentThread().interrupt();
    }
  }

  private GateDecision ask(long most, Map<Role, String> versions) {
    BankProbes<T, C> source =
        new BankProbes<>(bank, versions, decisions, bank.histories(), secret, most);
    try {
      GateDecision given = loop.gate.decide(source);
      if (given == null) {
        return Unasked.because("The gate returned null.");
      }
      // A gate that asked for itself is not asked for again: its record says what it saw.
      List<String> faults = given.promotes() && !source.isChecked() ? bank.faults() : List.of();
      return faults.isEmpty()
          ? given
          : Unasked.because("The instrument is unsound: " + String.join("; ", faults) + ".");
    } finally {
      source.close();
    }
  }

  private void renew() {
    if (bank.isUsedUp()) {
      long number = bank.number() + 1;
      DefaultProbeBank<T, C> next =
          bank.tasks()
              .next(
                  () -> new Seeds(secret).random("probe bank", number, 0),
                  heldOut::mayProbe,
                  texts -> pool.tasks(journal, texts));
      bank = new Bank<>(journal, next, number, anchor, attempts, seeds, loop.practice.batch());
      heldOut.renewed(next);
    }
  }

  /** Forgets what was read of all but some versions. */
  void forgetAllBut(List<String> kept) {
    bank.forgetAllBut(kept);
  }

  /** What a version's answers to probes look like, for people. */
  Map<String, Double> described(String version) {
    return bank.readings().described(version);
  }

  /** What the orders were made of, to be shown when the last decision is made; else nothing. */
  List<RunEvent> revealed(int generation) {
    return decisions > 0 ? List.of(new RunEvent.ProbesRevealed(generation, secret)) : List.of();
  }
}

package dev.rsi.core.report;

import dev.rsi.api.GateDecision;
import dev.rsi.api.Verdict;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in a run. Events are what a {@code RunStore} records and what listeners
 * hear, in the same order. They carry no clock times, so that two runs of one seed have equal
 * events; tasks and candidates stand in them as their {@code Codec} writes them.
 */
public sealed interface RunEvent {

  /** The generation it belongs to: 0 before the first one. */
  int generation();

  /**
   * The run began.
   *
   * @param seed the root of all its randomness
   * @param anchor id of the version it began with
   * @param setting what the loop was built from, by name, for people
   */
  record RunStarted(long seed, String anchor, Map<String, String> setting) implements RunEvent {
    public RunStarted {
      setting = Collections.unmodifiableMap(new LinkedHashMap<>(setting));
    }

    @Override
    public int generation() {
      return 0;
    }
  }

  /**
   * A generation began to practise. The scouting that led to it comes before.
   *
   * @param incumbent id of the version live now
   */
  record GenerationStarted(int generation, String incumbent) implements RunEvent {}

  /**
   * The model attempted a practice task and the attempt was ruled on.
   *
   * @param stage what it was made for
   * @param level difficulty of the task
   * @param task the task
   * @param seed the attempt's seed
   * @param candidate the candidate, null if the attempt failed
   * @param tokens tokens the model produced
   * @param outcome the verifier's ruling; UNDECIDED if there is no candidate
   * @param score the verdict's score in [0, 1]
   * @param reason the verdict's reason, or why there is no candidate
   * @param critique the critic's score per criterion; null if none was asked, empty if undecided
   */
  record Attempted(
      int generation,
      Stage stage,
      int level,
      String task,
      long seed,
      @Nullable String candidate,
      int tokens,
      Verdict.Outcome outcome,
      double score,
      String reason,
      @Nullable Map<String, Double> critique)
      implements RunEvent {
    public Attempted {
      critique =
          critique == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(critique));
    }
  }

  /** What an attempt was made for. */
  enum Stage {
    /** To measure how far the model can go. */
    SCOUT,
    /** To make lessons. */
    PRACTICE
  }

  /**
   * Lessons were chosen for training.
   *
   * @param frontier hardest level practised
   * @param made attempts of this generation that could give lessons
   * @param kept lessons made of them
   * @param lessons lessons given to the trainer, earlier and given ones included
   * @param digest SHA-256 over those lessons
   */
  record LessonsSelected(
      int generation, int frontier, int made, int kept, int lessons, String digest)
      implements RunEvent {}

  /**
   * A challenger was trained and stored.
   *
   * @param challenger its id
   * @param parent id of the version it was trained from
   * @param steps optimiser steps taken
   * @param metrics what the trainer reports
   */
  record Trained(
      int generation, String challenger, String parent, long steps, Map<String, Double> metrics)
      implements RunEvent {
    public Trained {
      metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }
  }

  /**
   * A decision's order of probes was fixed, before it began.
   *
   * @param decision its number in the run, from 1
   * @param bank number of the bank in use, from 1
   * @param digest SHA-256 of the bank
   * @param knownAnswers how many known answers its judges were checked by
   * @param commitment SHA-256 over the run's secret, the decision and the bank
   */
  record ProbesCommitted(
      int generation, long decision, long bank, String digest, int knownAnswers, String commitment)
      implements RunEvent {}

  /**
   * The secret of all orders of probes, shown after the last decision.
   *
   * @param secret what the commitments were made of
   */
  record ProbesRevealed(int generation, long secret) implements RunEvent {}

  /**
   * The gate decided.
   *
   * @param challenger id of the version it decided on
   * @param decision the decision with its evidence
   */
  record Gated(int generation, String challenger, GateDecision decision) implements RunEvent {}

  /**
   * What a challenger's answers to probes look like. For people: nothing depends on it, as none of
   * these numbers can be tested by its mean.
   *
   * @param version id of the version
   * @param numbers by name: {@code distinct-n} is the share of distinct runs of n characters in its
   *     answers, {@code divergence on} a kind of choices the mean Kullback-Leibler divergence from
   *     generation 0 in nats
   */
  record Described(int generation, String version, Map<String, Double> numbers)
      implements RunEvent {
    public Described {
      numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
    }
  }

  /**
   * A version went live.
   *
   * @param from id of the version live before
   * @param to id of the version live now
   */
  record Promoted(int generation, String from, String to) implements RunEvent {}

  /**
   * A part of the loop broke; the loop went on without it.
   *
   * @param part what broke, for example {@code "trainer"}
   * @param message what it said
   */
  record Faulted(int generation, String part, String message) implements RunEvent {}

  /** A generation ended. */
  record GenerationFinished(GenerationReport report) implements RunEvent {
    @Override
    public int generation() {
      return report.generation();
    }
  }

  /**
   * The run ended.
   *
   * @param generation the last generation begun
   * @param end why
   * @param reason why, in words
   * @param live id of the version live at the end
   */
  record RunFinished(int generation, RunReport.End end, String reason, String live)
      implements RunEvent {}
}

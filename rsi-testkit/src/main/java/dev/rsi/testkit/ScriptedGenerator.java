package dev.rsi.testkit;

import dev.rsi.api.Calls;
import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * A generator that records its calls, knows how many of its sessions are still open, and breaks
 * where it is told to; else it answers as the generator it wraps. Its sessions can score if those
 * of the wrapped one can. Calls of {@code generate} and of {@code score} are counted over all its
 * sessions, each by itself. Thread-safe if the wrapped one is.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class ScriptedGenerator<T, C> implements Generator<T, C> {

  /**
   * What a session was asked.
   *
   * @param version the session's version
   * @param requests the batch
   * @param <T> task
   */
  public record Call<T>(ModelVersion version, List<Request<T>> requests) {}

  /**
   * What a session was to score.
   *
   * @param version the session's version
   * @param tasks the tasks
   * @param candidates one for each
   * @param <T> task
   * @param <C> candidate
   */
  public record ScoreCall<T, C>(ModelVersion version, List<T> tasks, List<C> candidates) {}

  private final Generator<T, C> wrapped;
  private final Script<ModelVersion, Session<T, C>> openings = new Script<>();
  private final Script<Call<T>, List<Output<C>>> script = new Script<>();
  private final Script<ScoreCall<T, C>, List<Double>> scoreScript = new Script<>();
  private final AtomicInteger openSessions = new AtomicInteger();

  private ScriptedGenerator(Generator<T, C> wrapped) {
    this.wrapped = wrapped;
  }

  /** Wraps a generator. */
  public static <T, C> ScriptedGenerator<T, C> of(Generator<T, C> wrapped) {
    return new ScriptedGenerator<>(wrapped);
  }

  /** Changes the outputs of the n-th call of {@code generate}, from 1: their number, too. */
  public ScriptedGenerator<T, C> onCall(int call, UnaryOperator<List<Output<C>>> change) {
    script.alter(call, change);
    return this;
  }

  /** Throws at the n-th call of {@code generate}, from 1. */
  public ScriptedGenerator<T, C> throwOnCall(int call, RuntimeException exception) {
    script.breakOff(call, exception);
    return this;
  }

  /** Returns null at the n-th call of {@code generate}, from 1. */
  public ScriptedGenerator<T, C> nullOnCall(int call) {
    script.giveNull(call);
    return this;
  }

  /** Changes the scores of the n-th call of {@code score}, from 1: their number, too. */
  public ScriptedGenerator<T, C> onScore(int call, UnaryOperator<List<Double>> change) {
    scoreScript.alter(call, change);
    return this;
  }

  /** Throws at the n-th call of {@code score}, from 1. */
  public ScriptedGenerator<T, C> throwOnScore(int call, RuntimeException exception) {
    scoreScript.breakOff(call, exception);
    return this;
  }

  /** Returns null at the n-th call of {@code score}, from 1. */
  public ScriptedGenerator<T, C> nullOnScore(int call) {
    scoreScript.giveNull(call);
    return this;
  }

  /** Throws at the n-th {@link #open}, from 1. */
  public ScriptedGenerator<T, C> throwOnOpen(int call, RuntimeException exception) {
    openings.breakOff(call, exception);
    return this;
  }

  /** Every batch so far. */
  public List<Call<T>> calls() {
    return script.calls();
  }

  /** Every batch to score so far. */
  public List<ScoreCall<T, C>> scoreCalls() {
    return scoreScript.calls();
  }

  /** Every version that was to be opened so far. */
  public List<ModelVersion> opened() {
    return openings.calls();
  }

  /** How many sessions are open now. After a run it should be 0. */
  public int openSessions() {
    return openSessions.get();
  }

  @Override
  public Calls calling() {
    return wrapped.calling();
  }

  @Override
  public String describe() {
    return wrapped.describe();
  }

  @Override
  public Codec<T, C> codec() {
    return wrapped.codec();
  }

  @Override
  public int maxTokens() {
    return wrapped.maxTokens();
  }

  @Override
  public BigDecimal maxMoney() {
    return wrapped.maxMoney();
  }

  @Override
  public boolean scores() {
    return wrapped.scores();
  }

  @Override
  public Session<T, C> open(ModelVersion version) {
    return openings.play(version, () -> recorded(version, wrapped.open(version)));
  }

  @Override
  public void close() {
    wrapped.close();
  }

  private Session<T, C> recorded(ModelVersion version, Session<T, C> session) {
    return session instanceof ScoringSession<T, C> scoring
        ? new RecordedScoring(version, scoring)
        : new Recorded(version, session);
  }

  private class Recorded implements Session<T, C> {
    private final ModelVersion version;
    private final Session<T, C> session;
    private boolean closed;

    Recorded(ModelVersion version, Session<T, C> session) {
      this.version = version;
      this.session = session;
      openSessions.incrementAndGet();
    }

    @Override
    public List<Output<C>> generate(List<Request<T>> requests, RunContext context) {
      return script.play(
          new Call<>(version, List.copyOf(requests)), () -> session.generate(requests, context));
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        openSessions.decrementAndGet();
      }
      session.close();
    }
  }

  private final class RecordedScoring extends Recorded implements ScoringSession<T, C> {
    private final ModelVersion version;
    private final ScoringSession<T, C> scoring;

    RecordedScoring(ModelVersion version, ScoringSession<T, C> scoring) {
      super(version, scoring);
      this.version = version;
      this.scoring = scoring;
    }

    @Override
    public List<Double> score(List<T> tasks, List<C> candidates, RunContext context) {
      return scoreScript.play(
          new ScoreCall<>(version, List.copyOf(tasks), List.copyOf(candidates)),
          () -> scoring.score(tasks, candidates, context));
    }
  }
}

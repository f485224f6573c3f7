package dev.rsi.testkit;

import dev.rsi.api.Knob;
import dev.rsi.api.Recipe;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A trainer that records its calls and breaks where it is told to; else it trains as the trainer it
 * wraps. Thread-safe if the wrapped one is.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class ScriptedTrainer<T, C> implements Trainer<T, C> {
  private final Trainer<T, C> wrapped;
  private final Script<TrainingRequest<T, C>, TrainedArtifact> script = new Script<>();

  private ScriptedTrainer(Trainer<T, C> wrapped) {
    this.wrapped = wrapped;
  }

  /** Wraps a trainer. */
  public static <T, C> ScriptedTrainer<T, C> of(Trainer<T, C> wrapped) {
    return new ScriptedTrainer<>(wrapped);
  }

  /** Changes what the n-th training made, from 1. */
  public ScriptedTrainer<T, C> onCall(int call, UnaryOperator<TrainedArtifact> change) {
    script.alter(call, change);
    return this;
  }

  /** Throws at the n-th training, from 1, before anything is written. */
  public ScriptedTrainer<T, C> throwOnCall(int call, RuntimeException exception) {
    script.breakOff(call, exception);
    return this;
  }

  /** Returns null at the n-th training, from 1. */
  public ScriptedTrainer<T, C> nullOnCall(int call) {
    script.giveNull(call);
    return this;
  }

  /**
   * Overwrites every file that the n-th training made, from 1, with {@code NaN} written as text: a
   * model that no backend may open.
   */
  public ScriptedTrainer<T, C> garbageOnCall(int call) {
    return onCall(call, ScriptedTrainer::spoiled);
  }

  /** Every training asked for so far. */
  public List<TrainingRequest<T, C>> calls() {
    return script.calls();
  }

  @Override
  public String describe() {
    return wrapped.describe();
  }

  @Override
  public List<Knob> knobs() {
    return wrapped.knobs();
  }

  @Override
  public LearnsFrom learnsFrom() {
    return wrapped.learnsFrom();
  }

  @Override
  public boolean contrasts() {
    return wrapped.contrasts();
  }

  @Override
  public int proposals() {
    return wrapped.proposals();
  }

  @Override
  public long maxSteps(Recipe recipe, long lessons) {
    return wrapped.maxSteps(recipe, lessons);
  }

  @Override
  public long maxAttempts(Recipe recipe, long lessons) {
    return wrapped.maxAttempts(recipe, lessons);
  }

  @Override
  public long maxTokens(Recipe recipe, long lessons) {
    return wrapped.maxTokens(recipe, lessons);
  }

  @Override
  public BigDecimal maxMoney(Recipe recipe, long lessons) {
    return wrapped.maxMoney(recipe, lessons);
  }

  @Override
  public TrainedArtifact train(TrainingRequest<T, C> request, TrainingContext<T, C> context) {
    return script.play(request, () -> wrapped.train(request, context));
  }

  private static TrainedArtifact spoiled(TrainedArtifact artifact) {
    for (Path file : Directories.files(artifact.directory())) {
      try {
        Files.writeString(file, "NaN NaN NaN\n");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return artifact;
  }
}

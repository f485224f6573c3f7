package dev.rsi.lm.spi;

import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.Objective;
import dev.rsi.lm.SavedRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Steps over batches, in one thread. What it has reached can be taken out as a {@link
 * DecoderModel}, saved, and gone on from, bit for bit.
 */
public final class TrainingRun implements AutoCloseable {
  /** So many steps in a row without a finite gradient end the training. */
  public static final int MAX_SKIPPED_IN_A_ROW = 10;

  /** Steps over which a loss is averaged before it can end a training. */
  private static final int WINDOW = 20;

  private final DecoderModel base;
  private final @Nullable Adapters adapters;
  private final TrainStep step;
  private final SavedRandom random;
  private long adamSteps;
  private int skipped;
  private int skippedInARow;
  private double smoothLoss = Double.NaN;
  private final Deque<Double> lastLosses = new ArrayDeque<>(WINDOW);

  /** Takes the step over; it began with the weights and the state of {@code base}. */
  public TrainingRun(DecoderModel base, TrainerState state, TrainStep step) {
    this(base, null, state, step);
  }

  /**
   * The same for adapters.
   *
   * @param adapters what the step trains; null for all weights
   */
  TrainingRun(DecoderModel base, @Nullable Adapters adapters, TrainerState state, TrainStep step) {
    this.base = base;
    this.adapters = adapters;
    this.step = step;
    adamSteps = state.step();
    random = new SavedRandom(state.randomState());
  }

  /**
   * Takes the steps [from, to) of a schedule on the mean loss over the answers' tokens.
   *
   * @param shapes how many batches, each of one shape, make a step
   */
  public void run(
      Batches batches,
      int rows,
      int shapes,
      AdamW adamW,
      Schedule schedule,
      int from,
      int to,
      RunContext context) {
    Curriculum plain = Curriculum.of(batches, rows, shapes, Objective.supervised());
    run(plain, adamW, schedule, from, to, 0, context);
  }

  /**
   * The same on what a curriculum gives.
   *
   * @param targetLoss where the mean over the last steps is no greater, the learning rate decays
   *     over as many steps again as were taken, and {@code to} is not reached; 0 never
   * @return how many steps it took, skipped ones too
   */
  int run(
      Curriculum curriculum,
      AdamW adamW,
      Schedule schedule,
      int from,
      int to,
      double targetLoss,
      RunContext context) {
    int end = to;
    int reached = to;
    for (int i = from; i < end; i++) {
      if (reached == to && targetLoss > 0 && hasReached(targetLoss)) {
        reached = i;
        end = Math.min(to, i + (i - from));
      }
      double rate =
          end == to ? schedule.at(i) : schedule.at(reached) * (end - i) / (double) (end - reached);
      context.checkActive();
      Curriculum.Portion portion = curriculum.next(step, random);
      TrainStep.Result result = step.step(portion.batches(), adamW, rate, adamSteps + 1);
      if (result.applied()) {
        adamSteps++;
        skippedInARow = 0;
        double loss = portion.loss() == null ? result.loss() : portion.loss().value();
        smoothLoss = Double.isNaN(smoothLoss) ? loss : 0.95 * smoothLoss + 0.05 * loss;
        remember(loss);
      } else {
        skipped++;
        skippedInARow++;
        if (skippedInARow >= MAX_SKIPPED_IN_A_ROW) {
          throw new RsiException(
              "Training broke down: "
                  + skippedInARow
                  + " steps in a row had a loss ("
                  + result.loss()
                  + ") or gradient norm ("
                  + result.gradientNorm()
                  + ") that is not finite.\nMaybe lower the learning rate.");
        }
      }
      context.progress(i + 1L, end == to ? schedule.totalSteps() : end);
    }
    return end - from;
  }

  private void remember(double loss) {
    if (lastLosses.size() == WINDOW) {
      lastLosses.remove();
    }
    lastLosses.add(loss);
  }

  // The running mean remembers the first loss for a hundred steps; this one forgets it.
  private boolean hasReached(double target) {
    double sum = 0;
    for (double loss : lastLosses) {
      sum += loss;
    }
    return lastLosses.size() == WINDOW && sum / WINDOW <= target;
  }

  /** Steps left out for a loss or gradient that was not finite. */
  public int skipped() {
    return skipped;
  }

  /** Running mean of the loss, about the last 20 steps; NaN before the first. */
  public double loss() {
    return smoothLoss;
  }

  /** What has been reached; with adapters, merged into the weights and without moments. */
  public DecoderModel model() {
    if (adapters != null) {
      float[] merged = adapters.merged(base.weights(), step.weights());
      return new DecoderModel(base.config(), base.vocabulary(), merged, null);
    }
    TrainerState state =
        new TrainerState(step.firstMoment(), step.secondMoment(), adamSteps, random.state());
    return new DecoderModel(base.config(), base.vocabulary(), step.weights(), state);
  }

  @Override
  public void close() {
    step.close();
  }
}

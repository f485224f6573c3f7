package dev.rsi.lm.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.RunContext;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class TrainingRunTest {
  private static final AdamW ADAM_W = new AdamW(0.9, 0.98, 1e-8, 0.01, 1);
  private static final CharVocabulary VOCABULARY = CharVocabulary.of("0123456789+=", '$');

  private final List<Double> rates = new ArrayList<>();
  private long done;
  private long total;

  @Test
  void should_take_all_steps_of_its_schedule_where_no_loss_was_aimed_at() {
    assertThat(run(0, step -> 0)).isEqualTo(100);
    assertThat(rates).hasSize(100).contains(1.0, 0.5);
    assertThat(done).isEqualTo(total).isEqualTo(100);
  }

  @Test
  void should_decay_over_as_many_steps_as_it_took_to_the_loss_aimed_at() {
    // From step 10 on at the target; the mean of the last 20 is there after step 29.
    assertThat(run(0.5, step -> step < 10 ? 1 : 0.5)).isEqualTo(60);
    assertThat(rates).hasSize(60);
    assertThat(rates.subList(0, 31)).containsOnly(1.0);
    assertThat(rates.get(45)).isEqualTo(0.5);
    assertThat(rates.get(59)).isEqualTo(1.0 / 30);
    assertThat(done).isEqualTo(total).isEqualTo(60);
  }

  @Test
  void should_take_no_more_steps_than_planned_and_none_fewer_by_one_lucky_batch() {
    assertThat(run(0.5, step -> step < 40 ? 1 : 0.5)).isEqualTo(100);
    rates.clear();
    assertThat(run(0.5, step -> step % 20 == 0 ? 0 : 1)).isEqualTo(100);
  }

  private int run(double target, IntToDoubleFunction losses) {
    DecoderModel model =
        DecoderModel.random(DecoderConfig.builder(VOCABULARY).build(), VOCABULARY, 1);
    TrainerState state = TrainerState.fresh(model.config().parameterCount(), 1);
    RunContext context =
        new RunContext() {
          @Override
          public boolean cancelled() {
            return false;
          }

          @Override
          public void progress(long steps, long of) {
            done = steps;
            total = of;
          }
        };
    Curriculum nothing = (step, random) -> new Curriculum.Portion(List.of(), null);
    try (TrainingRun run = new TrainingRun(model, state, new Scripted(losses))) {
      return run.run(nothing, ADAM_W, new Schedule(1, 0, 100, 0.5), 0, 100, target, context);
    }
  }

  /** Finds the losses that it is told, and keeps the learning rates. */
  private final class Scripted implements TrainStep {
    private final IntToDoubleFunction losses;
    private int steps;

    Scripted(IntToDoubleFunction losses) {
      this.losses = losses;
    }

    @Override
    public Result step(List<Batch> batches, AdamW adamW, double learningRate, long t) {
      rates.add(learningRate);
      return new Result(losses.applyAsDouble(steps++), 1, true);
    }

    @Override
    public float[] gradient(List<Batch> batches) {
      return new float[0];
    }

    @Override
    public List<float[]> logProbabilities(List<Batch> batches) {
      return List.of();
    }

    @Override
    public float[] weights() {
      return new float[0];
    }

    @Override
    public float[] firstMoment() {
      return new float[0];
    }

    @Override
    public float[] secondMoment() {
      return new float[0];
    }

    @Override
    public int held() {
      return 0;
    }

    @Override
    public void close() {}
  }
}

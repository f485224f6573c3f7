package dev.rsi.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.spi.AdamW;
import dev.rsi.lm.spi.Batches;
import dev.rsi.lm.spi.Schedule;
import dev.rsi.lm.spi.TrainStep;
import dev.rsi.lm.spi.TrainingRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingRunTest {
  private static final AdamW ADAM_W = new AdamW(0.9, 0.98, 1e-8, 0.01, 1);
  private static final Schedule SCHEDULE = new Schedule(4e-3, 10, 60, 0.4);

  @TempDir Path temp;

  @Test
  void should_reach_the_same_bits_when_stopped_saved_and_gone_on() throws Exception {
    DecoderModel start =
        DecoderModel.random(Models.config(PositionScheme.COUPLED, 1), Models.VOCABULARY, 1);
    Path whole = Files.createDirectory(temp.resolve("whole"));
    Path half = Files.createDirectory(temp.resolve("half"));
    Path resumed = Files.createDirectory(temp.resolve("resumed"));

    ModelDirectory.write(whole, run(start, 0, 60));
    ModelDirectory.write(half, run(start, 0, 30));
    ModelDirectory.write(resumed, run(ModelDirectory.read(half), 30, 60));

    for (String file :
        new String[] {
          "model.safetensors", "optimizer.safetensors", "trainer_state.json", "config.json"
        }) {
      assertThat(resumed.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
    }
  }

  @Test
  void should_give_up_when_no_gradient_is_finite() {
    DecoderModel model = Models.loud(PositionScheme.COUPLED, 1, 1);
    float[] weights = model.weights().clone();
    weights[0] = Float.POSITIVE_INFINITY;
    java.util.Arrays.fill(weights, Float.MAX_VALUE);
    DecoderModel broken = new DecoderModel(model.config(), model.vocabulary(), weights, null);
    assertThatThrownBy(() -> run(broken, 0, 60))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("10 steps in a row");
  }

  private static DecoderModel run(DecoderModel model, int from, int to) {
    TrainerState state =
        model.trainerState() == null
            ? TrainerState.fresh(model.config().parameterCount(), 9)
            : Objects.requireNonNull(model.trainerState());
    TrainStep step =
        new ScriptTrainStep(DjlRuntime.open(Device.cpu()), model.config(), model.weights(), state);
    Batches batches = Batches.of(Models.examples(100, 3), model.config());
    try (TrainingRun run = new TrainingRun(model, state, step)) {
      run.run(batches, 16, 2, ADAM_W, SCHEDULE, from, to, RunContext.standalone());
      return run.model();
    }
  }
}

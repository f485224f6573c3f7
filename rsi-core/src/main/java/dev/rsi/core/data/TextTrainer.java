package dev.rsi.core.data;

import dev.rsi.api.Knob;
import dev.rsi.api.Recipe;
import dev.rsi.api.RsiException;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;

/** See {@link TextModel#trainer}. */
record TextTrainer<T, C>(String name, BiFunction<String, TrainingRequest<T, C>, String> rewrite)
    implements Trainer<T, C> {
  TextTrainer {
    if (name.isBlank()) {
      throw new IllegalArgumentException("The name (" + name + ") is blank.");
    }
    Objects.requireNonNull(rewrite, "rewrite");
  }

  @Override
  public List<Knob> knobs() {
    return List.of();
  }

  @Override
  public LearnsFrom learnsFrom() {
    return LearnsFrom.ATTEMPTS;
  }

  @Override
  public long maxSteps(Recipe recipe, long lessons) {
    return 0;
  }

  @Override
  public TrainedArtifact train(TrainingRequest<T, C> request, TrainingContext<T, C> context) {
    context.checkActive();
    String text = rewrite.apply(TextModel.read(request.base()), request);
    if (text == null) {
      throw new RsiException("Trainer (" + name + ") gave (null) for a text.");
    }
    return new TrainedArtifact(
        TextModel.write(request.workDirectory(), text), 0, Map.of(), Map.of());
  }

  @Override
  public String describe() {
    return "text trainer, " + name;
  }
}

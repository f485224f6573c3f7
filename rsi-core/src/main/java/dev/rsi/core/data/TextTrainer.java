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

/** See {@link TextModel#trainer}. */
record TextTrainer<T, C>(
    String name, long attempts, long tokens, TextModel.Rewriting<T, C> rewriting)
    implements Trainer<T, C> {
  TextTrainer {
    if (name.isBlank()) {
      throw new IllegalArgumentException("The name (" + name + ") is blank.");
    }
    Objects.requireNonNull(rewriting, "rewriting");
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
  public long maxAttempts(Recipe recipe, long lessons) {
    return attempts;
  }

  @Override
  public long maxTokens(Recipe recipe, long lessons) {
    return tokens;
  }

  @Override
  public TrainedArtifact train(TrainingRequest<T, C> request, TrainingContext<T, C> context) {
    context.checkActive();
    String text = rewriting.rewrite(TextModel.read(request.base()), request, context);
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

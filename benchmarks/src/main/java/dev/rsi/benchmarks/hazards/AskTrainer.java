package dev.rsi.benchmarks.hazards;

import dev.rsi.api.Codec;
import dev.rsi.api.Knob;
import dev.rsi.api.Lesson;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.djl.DjlTrainer;
import java.util.List;

/** Trains a DJL model on questions and answers. */
final class AskTrainer implements Trainer<Ask, Ask.Reply> {
  private final DjlTrainer<String, String> model = DjlTrainer.of(Codec.text());

  @Override
  public List<Knob> knobs() {
    return model.knobs();
  }

  @Override
  public TrainedArtifact train(
      TrainingRequest<Ask, Ask.Reply> request, TrainingContext<Ask, Ask.Reply> context) {
    List<Lesson<String, String>> lessons =
        request.lessons().stream()
            .map(
                l ->
                    Lesson.given(l.task().question(), l.candidate().first(), l.level())
                        .withWeight(l.weight()))
            .toList();
    return model.train(
        new TrainingRequest<>(
            request.base(), lessons, request.recipe(), request.seed(), request.workDirectory()),
        TrainingContext.of(context));
  }
}

package dev.rsi.benchmarks.hazards;

import dev.rsi.api.Knob;
import dev.rsi.api.Lesson;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.RunListener;
import dev.rsi.core.report.RunEvent;
import java.util.List;
import java.util.SplittableRandom;

/** A hazard that begins with some generation of a run; until then all is well. */
final class Plant implements RunListener, Verifier<Ask, Ask.Reply>, Trainer<Ask, Ask.Reply> {
  private final Hazard hazard;
  private final int from;
  private final Trainer<Ask, Ask.Reply> trainer;
  private volatile int generation;

  /**
   * A planted hazard. It has to be the loop's listener, verifier and trainer.
   *
   * @param from the first generation it is in
   */
  Plant(Hazard hazard, int from, Trainer<Ask, Ask.Reply> trainer) {
    this.hazard = hazard;
    this.from = from;
    this.trainer = trainer;
  }

  @Override
  public void on(RunEvent event) {
    if (event instanceof RunEvent.GenerationFinished) {
      generation = event.generation() + 1;
    }
  }

  private boolean grown() {
    return generation >= from;
  }

  @Override
  public Verdict verify(Ask task, Ask.Reply candidate) {
    return (grown() ? hazard.verifier() : Hazard.HONEST).verify(task, candidate);
  }

  @Override
  public List<Verdict> verifyAll(Ask task, List<? extends Ask.Reply> candidates) {
    return (grown() ? hazard.verifier() : Hazard.HONEST).verifyAll(task, candidates);
  }

  @Override
  public List<Knob> knobs() {
    return trainer.knobs();
  }

  @Override
  public TrainedArtifact train(
      TrainingRequest<Ask, Ask.Reply> request, TrainingContext<Ask, Ask.Reply> context) {
    if (!grown()) {
      return trainer.train(request, context);
    }
    List<Lesson<Ask, Ask.Reply>> lessons =
        hazard.lessons(request.lessons(), new SplittableRandom(request.seed()));
    return trainer.train(
        new TrainingRequest<>(
            request.base(),
            lessons,
            hazard.recipe(request.recipe()),
            request.seed(),
            request.workDirectory()),
        context);
  }
}

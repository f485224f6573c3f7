package dev.rsi.api;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** See {@link Labelled#trainer}. */
final class LabelledTrainer<I, L, C> implements Trainer<Labelled<I, L>, C> {
  private final Trainer<I, C> trainer;

  LabelledTrainer(Trainer<I, C> trainer) {
    this.trainer = Objects.requireNonNull(trainer, "trainer");
  }

  @Override
  public List<Knob> knobs() {
    return trainer.knobs();
  }

  @Override
  public LearnsFrom learnsFrom() {
    return trainer.learnsFrom();
  }

  @Override
  public boolean contrasts() {
    return trainer.contrasts();
  }

  @Override
  public long maxSteps(Recipe recipe, long lessons) {
    return trainer.maxSteps(recipe, lessons);
  }

  @Override
  public int proposals() {
    return trainer.proposals();
  }

  @Override
  public long maxAttempts(Recipe recipe, long lessons) {
    return trainer.maxAttempts(recipe, lessons);
  }

  @Override
  public long maxTokens(Recipe recipe, long lessons) {
    return trainer.maxTokens(recipe, lessons);
  }

  @Override
  public BigDecimal maxMoney(Recipe recipe, long lessons) {
    return trainer.maxMoney(recipe, lessons);
  }

  @Override
  public TrainedArtifact train(
      TrainingRequest<Labelled<I, L>, C> request, TrainingContext<Labelled<I, L>, C> context) {
    Map<I, Labelled<I, L>> tasks = new HashMap<>();
    request.lessons().forEach(lesson -> tasks.put(lesson.task().input(), lesson.task()));
    request.attempts().forEach(attempt -> tasks.put(attempt.task().input(), attempt.task()));
    return trainer.train(
        new TrainingRequest<>(
            request.base(),
            request.lessons().stream()
                .map(lesson -> new Lesson<>(ofInput(lesson.attempt()), lesson.weight()))
                .toList(),
            request.attempts().stream().map(LabelledTrainer::ofInput).toList(),
            request.recipe(),
            request.seed(),
            request.workDirectory(),
            request.earlier(),
            request.proposal()),
        new OfInputs<>(context, tasks));
  }

  /** Draws the key of a task that is attempted from the request: none other may be. */
  private static final class OfInputs<I, L, C> implements TrainingContext<I, C> {
    private final TrainingContext<Labelled<I, L>, C> context;
    private final Map<I, Labelled<I, L>> tasks;

    OfInputs(TrainingContext<Labelled<I, L>, C> context, Map<I, Labelled<I, L>> tasks) {
      this.context = context;
      this.tasks = tasks;
    }

    @Override
    public List<Attempt<I, C>> attempt(Path draft, List<Request<I>> requests) {
      List<Request<Labelled<I, L>>> labelled = new ArrayList<>(requests.size());
      for (Request<I> request : requests) {
        Labelled<I, L> task = tasks.get(request.task());
        if (task == null) {
          throw new RsiException(
              "Task ("
                  + request.task()
                  + ") is none of the request's.\nMaybe attempt tasks of its lessons and attempts"
                  + " alone: any other may be held out.");
        }
        labelled.add(new Request<>(task, request.seed()));
      }
      return context.attempt(draft, labelled).stream()
          .<Attempt<I, C>>map(LabelledTrainer::ofInput)
          .toList();
    }

    @Override
    public List<Reply> ask(List<String> requests, int maxTokens, Caller caller) {
      return context.ask(requests, maxTokens, caller);
    }

    @Override
    public boolean cancelled() {
      return context.cancelled();
    }

    @Override
    public void checkActive() {
      context.checkActive();
    }

    @Override
    public void progress(long done, long total) {
      context.progress(done, total);
    }
  }

  private static <I, C> Attempt<I, C> ofInput(Attempt<? extends Labelled<I, ?>, C> attempt) {
    return new Attempt<>(
        attempt.task().input(),
        attempt.output(),
        attempt.verdict(),
        attempt.critique(),
        attempt.level(),
        attempt.generation(),
        attempt.seed(),
        attempt.cost());
  }

  @Override
  public String describe() {
    return trainer.describe();
  }
}

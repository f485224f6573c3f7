package dev.rsi.core.internal.steps;

import dev.rsi.api.Attempt;
import dev.rsi.api.Calls;
import dev.rsi.api.CancelledException;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.PartException;
import dev.rsi.api.Recipe;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingRequest;
import dev.rsi.core.internal.Cut;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.calls.Answer;
import dev.rsi.core.internal.calls.Crew;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.DiskSpace;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.internal.spending.WorstTraining;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Has the trainer make a challenger in a directory of its own, and stores what it made. */
public final class Training<T, C> {
  private static final Logger log = LoopLog.LOG;
  private static final Calls ANY_TIME = Calls.DEFAULT.withoutLimit();

  private final Trainer<T, C> trainer;
  private final Recipe recipe;
  private final int proposals;
  private final ModelRegistry registry;
  private final ModelRegistry.Driver driver;
  private final @Nullable String charter;
  private final DiskSpace disk;
  private final Steps steps;
  private final ThreadFactory threads;

  /**
   * Trainings of a run.
   *
   * @param driver of the run on the registry
   * @param charter SHA-256 of the run's charter; null if it has none
   */
  public Training(
      Trainer<T, C> trainer,
      Recipe recipe,
      ModelRegistry registry,
      ModelRegistry.Driver driver,
      @Nullable String charter,
      DiskSpace disk,
      Steps steps,
      ThreadFactory threads) {
    this.trainer = trainer;
    this.recipe = recipe;
    this.proposals = WorstTraining.proposals(trainer);
    this.registry = registry;
    this.driver = driver;
    this.charter = charter;
    this.disk = disk;
    this.steps = steps;
    this.threads = threads;
  }

  /**
   * What a training is given.
   *
   * @param parent id of the version to train from
   * @param digest SHA-256 over lessons and attempts
   * @param proposal which of its generation's, from 1
   */
  public record Given<T, C>(
      String parent,
      List<Lesson<T, C>> lessons,
      List<Attempt<T, C>> attempts,
      String digest,
      long seed,
      int proposal) {}

  /** How many trainings a generation has. */
  public int proposals() {
    return proposals;
  }

  /**
   * The most that the trainings of a generation spend.
   *
   * @param lessons how many each has at most
   * @param made attempts that their generation made at most
   */
  public Amounts most(long lessons, long made) {
    return mostOfOne(lessons, made).times(proposals);
  }

  /** The most that one of them spends. */
  public Amounts mostOfOne(long lessons, long made) {
    return Accounts.training(WorstTraining.steps(trainer, recipe, lessons, made));
  }

  /**
   * Trains, unless it was done when the run first came by.
   *
   * @param most what it may take
   */
  public RunEvent.Trained train(Given<T, C> given, Amounts most) {
    return steps.once(
        RunEvent.Trained.class,
        most,
        trained -> Amounts.of(Dimension.TRAINING_STEPS, trained.steps()),
        () -> trained(given, most));
  }

  /** Trains until it comes to something: an outage of the trainer is no fault of its own. */
  private RunEvent.Trained trained(Given<T, C> given, Amounts most) {
    Outages.Outage outage = steps.outages().of("trainer");
    while (true) {
      try {
        RunEvent.Trained trained = once(given, most);
        outage.over();
        return trained;
      } catch (OutOfReach e) {
        String reason = "it threw " + e.thrown;
        outage.await(reason, true, Asking.pause(e.thrown), () -> false);
        if (!steps.accounts().again(most)) {
          throw outage.unpaid(reason);
        }
      }
    }
  }

  /** The trainer threw what says of itself that the same training may succeed later. */
  private static final class OutOfReach extends RuntimeException {
    private static final long serialVersionUID = 1;

    final RsiException thrown;

    OutOfReach(RsiException thrown) {
      super(thrown);
      this.thrown = thrown;
    }
  }

  /** A trainer that does not end has its directory for as long: nobody deletes it under it. */
  private RunEvent.Trained once(Given<T, C> given, Amounts most) {
    try (Crew<WorkDirectory> crew =
        new Crew<>("trainer", ANY_TIME, () -> WorkDirectory.of(registry), threads)) {
      return trainedBy(crew, given, most);
    }
  }

  private RunEvent.Trained trainedBy(Crew<WorkDirectory> crew, Given<T, C> given, Amounts most) {
    Ledger.Call spending = steps.accounts().spend(most);
    Amounts spent = most;
    try {
      Made made =
          steps.leavingOn(
              () -> Steps.loaded(registry, given.parent(), parent -> made(crew, parent, given)));
      TrainedArtifact artifact = made.artifact();
      spent = Amounts.of(Dimension.TRAINING_STEPS, artifact.steps());
      checkSteps(artifact.steps(), most);
      String leftOut = artifact.provenance().get(TrainedArtifact.LEFT_OUT);
      if (leftOut != null) {
        log.warn("run {}, generation {}: {}", steps.run(), steps.generation(), Cut.shown(leftOut));
      }
      Path directory = made.work().inside(artifact.directory());
      steps.at(Part.REGISTRY);
      long used = steps.registry(disk::used);
      long room = disk.check(directory, used);
      ModelVersion version =
          steps.registry(
              () -> driver.add(directory, provenance(given, artifact), room, steps::cancelled));
      return new RunEvent.Trained(
          steps.generation(), version.id(), given.parent(), artifact.steps(), artifact.metrics());
    } catch (OutOfReach e) {
      // It is done again, and paid for then.
      spent = Amounts.NONE;
      throw e;
    } catch (LeavingException e) {
      spent = spent.equals(most) ? Amounts.NONE : spent;
      throw e;
    } finally {
      spending.end(spent);
    }
  }

  /** What a training made, and where. */
  private record Made(WorkDirectory work, TrainedArtifact artifact) {}

  /**
   * Has the trainer train.
   *
   * @throws OutOfReach if it may succeed later
   * @throws LeavingException if there was no room on the disk that it shares with the registry
   */
  private Made made(Crew<WorkDirectory> crew, ModelVersion parent, Given<T, C> given) {
    Answer<Made> answer =
        crew.<Made>make(
                List.of((work, context) -> made(work, parent, given, context)),
                steps.context("training"))
            .get(0);
    RuntimeException thrown = answer.thrown();
    if (thrown instanceof LeavingException leaving) {
      throw steps.leave(leaving);
    }
    if (thrown instanceof RsiException rsi && rsi.retryable()) {
      throw new OutOfReach(rsi);
    }
    if (thrown != null) {
      throw thrown;
    }
    return Objects.requireNonNull(answer.value());
  }

  private Made made(
      WorkDirectory work, ModelVersion parent, Given<T, C> given, RunContext context) {
    TrainedArtifact artifact;
    try {
      artifact =
          trainer.train(
              new TrainingRequest<>(
                  parent,
                  given.lessons(),
                  given.attempts(),
                  recipe,
                  given.seed(),
                  work.path(),
                  given.proposal()),
              context);
    } catch (Throwable e) {
      if (e instanceof CancelledException cancelled && context.cancelled()) {
        throw cancelled;
      }
      RuntimeException broken = PartException.of(e);
      // Looked at before the directory is deleted, by which there would be room again.
      String want = WorkDisk.want(work.path(), broken);
      throw want == null ? broken : new LeavingException(RunReport.End.SURROUNDINGS, want, broken);
    }
    if (artifact == null) {
      throw new RsiException(
          "The trainer gave (null).\nMaybe it made nothing: then it throws, and says why.");
    }
    return new Made(work, artifact);
  }

  private Provenance provenance(Given<T, C> given, TrainedArtifact artifact) {
    Map<String, String> by = Provenance.madeBy(artifact.provenance());
    if (charter != null) {
      by.put("charter sha-256", charter);
    }
    return new Provenance(
        given.parent(),
        steps.run(),
        steps.generation(),
        given.digest(),
        given.seed(),
        artifact.steps(),
        recipe.values(),
        artifact.metrics(),
        by);
  }

  private static void checkSteps(long taken, Amounts most) {
    long stated = most.get(Dimension.TRAINING_STEPS);
    if (stated > 0 && taken > stated) {
      throw new RsiException(
          "The trainer took ("
              + taken
              + ") steps, but said that it takes at most ("
              + stated
              + ").\nMaybe its maxSteps() counts lessons where it should count epochs.");
    }
  }
}

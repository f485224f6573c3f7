package dev.rsi.core.internal.steps;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.Attempt;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Recipe;
import dev.rsi.api.RsiException;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingRequest;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.calls.Crew;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.DiskSpace;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.internal.spending.WorstTraining;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Has the trainer make a challenger in a directory of its own, and stores what it made. */
public final class Training<T, C> {
  private static final Logger log = LoopLog.LOG;

  private final Trainer<T, C> trainer;
  private final Recipe recipe;
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
   */
  public record Given<T, C>(
      String parent,
      List<Lesson<T, C>> lessons,
      List<Attempt<T, C>> attempts,
      String digest,
      long seed) {}

  /**
   * The most that a training spends.
   *
   * @param lessons how many it has at most
   * @param made attempts that its generation made at most
   */
  public Amounts most(long lessons, long made) {
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

  private RunEvent.Trained trained(Given<T, C> given, Amounts most) {
    Path work = registry.newWorkDirectory();
    try {
      return trainedIn(work, given, most);
    } finally {
      delete(work);
    }
  }

  private RunEvent.Trained trainedIn(Path work, Given<T, C> given, Amounts most) {
    Ledger.Call spending = steps.accounts().spend(most);
    Amounts spent = most;
    try {
      // Before the trainer has it, who may put a link in its place.
      Path own = real(work);
      TrainedArtifact artifact =
          registry.load(given.parent(), parent -> artifact(given, parent, work));
      if (artifact == null) {
        throw new RsiException(
            "The trainer gave (null).\nMaybe it made nothing: then it throws, and says why.");
      }
      spent = Amounts.of(Dimension.TRAINING_STEPS, artifact.steps());
      checkSteps(artifact.steps(), most);
      Path directory = inside(own, artifact.directory());
      steps.at(Part.REGISTRY);
      long room = disk.check(directory);
      ModelVersion made =
          driver.add(directory, provenance(given, artifact), room, steps::cancelled);
      return new RunEvent.Trained(
          steps.generation(), made.id(), given.parent(), artifact.steps(), artifact.metrics());
    } finally {
      spending.end(spent);
    }
  }

  private @Nullable TrainedArtifact artifact(Given<T, C> given, ModelVersion parent, Path work) {
    TrainingRequest<T, C> request =
        new TrainingRequest<>(
            parent, given.lessons(), given.attempts(), recipe, given.seed(), work);
    return Crew.alone(
        "trainer", threads, steps.context("training"), context -> trainer.train(request, context));
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

  /** The real path of an artifact. */
  private static Path inside(Path work, Path artifact) {
    Path directory = real(artifact);
    if (!directory.startsWith(work)) {
      throw new RsiException(
          "The trainer's artifact ("
              + artifact
              + ") does not lie in the work directory ("
              + work
              + ").\nMaybe it was written elsewhere: the request says where to.");
    }
    return directory;
  }

  private static Path real(Path directory) {
    try {
      return directory.toRealPath();
    } catch (IOException e) {
      throw new RsiException(
          "Directory ("
              + directory
              + "), where an artifact should lie, cannot be read.\nMaybe it was never written, or"
              + " was deleted.",
          e);
    }
  }

  private static void delete(Path directory) {
    try {
      if (Files.exists(directory)) {
        MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      log.warn("work directory {} could not be deleted", directory, e);
    }
  }
}

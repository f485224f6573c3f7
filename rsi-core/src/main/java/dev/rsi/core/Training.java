package dev.rsi.core;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.Attempt;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.TrainingRequest;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the trainer make a challenger in a directory of its own, and stores what it made. */
final class Training<T, C> {
  private static final Logger log = LoggerFactory.getLogger(ImprovementLoop.class);

  private final ImprovementLoop<T, C> loop;
  private final Journal journal;
  private final Accounts accounts;
  private final DiskSpace disk;
  private final BooleanSupplier cancelled;

  Training(
      ImprovementLoop<T, C> loop,
      Journal journal,
      Accounts accounts,
      DiskSpace disk,
      BooleanSupplier cancelled) {
    this.loop = loop;
    this.journal = journal;
    this.accounts = accounts;
    this.disk = disk;
    this.cancelled = cancelled;
  }

  /**
   * What a training is given.
   *
   * @param parent id of the version to train from
   * @param digest SHA-256 over lessons and attempts
   */
  record Given<T, C>(
      String parent,
      List<Lesson<T, C>> lessons,
      List<Attempt<T, C>> attempts,
      String digest,
      long seed) {}

  /**
   * Trains, unless it was done when the run first came by.
   *
   * @param most what it may take
   * @param part is told who is at work
   */
  RunEvent.Trained train(int generation, Given<T, C> given, Amounts most, Consumer<String> part) {
    RunEvent.Trained recalled = recalled(most);
    return recalled == null ? trained(generation, given, most, part) : recalled;
  }

  private RunEvent.@Nullable Trained recalled(Amounts most) {
    try {
      RunEvent.Trained trained = journal.recalled(RunEvent.Trained.class);
      if (trained != null) {
        accounts.recall(Amounts.of(Dimension.TRAINING_STEPS, trained.steps()));
      }
      return trained;
    } catch (RecalledFault e) {
      accounts.recall(most);
      throw e;
    }
  }

  private RunEvent.Trained trained(
      int generation, Given<T, C> given, Amounts most, Consumer<String> part) {
    Path work = loop.registry.newWorkDirectory();
    try {
      return trainedIn(work, generation, given, most, part);
    } finally {
      delete(work);
    }
  }

  private RunEvent.Trained trainedIn(
      Path work, int generation, Given<T, C> given, Amounts most, Consumer<String> part) {
    Ledger.Call spending = accounts.spend(most);
    Amounts spent = most;
    try {
      // Before the trainer has it, who may put a link in its place.
      Path own = real(work);
      TrainedArtifact artifact =
          loop.trainer.train(
              new TrainingRequest<>(
                  loop.registry.version(given.parent()),
                  given.lessons(),
                  given.attempts(),
                  loop.recipe,
                  given.seed(),
                  work),
              new StepContext("training", cancelled, journal));
      spent = Amounts.of(Dimension.TRAINING_STEPS, artifact.steps());
      checkSteps(artifact.steps(), most);
      Path directory = inside(own, artifact.directory());
      part.accept("registry");
      disk.check(directory);
      ModelVersion made = loop.registry.add(directory, provenance(generation, given, artifact));
      return new RunEvent.Trained(
          generation, made.id(), given.parent(), artifact.steps(), artifact.metrics());
    } finally {
      spending.end(spent);
    }
  }

  private Provenance provenance(int generation, Given<T, C> given, TrainedArtifact artifact) {
    Map<String, String> by = Provenance.madeBy(artifact.provenance());
    if (loop.charter != null) {
      by.put("charter sha-256", loop.charter.digest());
    }
    return new Provenance(
        given.parent(),
        journal.run(),
        generation,
        given.digest(),
        given.seed(),
        artifact.steps(),
        loop.recipe.values(),
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

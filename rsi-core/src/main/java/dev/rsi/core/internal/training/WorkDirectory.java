package dev.rsi.core.internal.training;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.registry.ModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;

/** Where a trainer works, by itself: deleted when it is closed. */
final class WorkDirectory implements AutoCloseable {
  private static final Logger log = LoopLog.LOG;

  private final Path path;
  private final Path real;

  private WorkDirectory(Path path) {
    this.path = path;
    // Before the trainer has it, who may put a link in its place.
    this.real = real(path);
  }

  static WorkDirectory of(ModelRegistry registry) {
    return new WorkDirectory(Steps.asked(registry::newWorkDirectory));
  }

  Path path() {
    return path;
  }

  /** Whether a directory is that of the version that the training began with. */
  boolean isBase(Path directory, ModelVersion base) {
    return directory.equals(base.directory()) || real(directory).equals(real(base.directory()));
  }

  /**
   * The real path of an artifact.
   *
   * @throws RsiException if it lies elsewhere
   */
  Path inside(Path artifact) {
    Path directory = real(artifact);
    if (!directory.startsWith(real)) {
      throw new RsiException(
          "The trainer's artifact ("
              + artifact
              + ") does not lie in the work directory ("
              + real
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

  @Override
  public void close() {
    try {
      if (Files.exists(path)) {
        MoreFiles.deleteRecursively(path, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      log.warn("work directory {} could not be deleted", path, e);
    }
  }
}

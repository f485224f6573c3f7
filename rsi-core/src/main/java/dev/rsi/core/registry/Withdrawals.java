package dev.rsi.core.registry;

import dev.rsi.api.RsiException;
import dev.rsi.core.internal.Cut;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was withdrawn: a file in {@code withdrawn/} for each version, with the reason. That the file
 * is there is what counts: one that cannot be read withdraws its version all the same.
 */
final class Withdrawals {
  private static final Logger LOG = LoggerFactory.getLogger(Withdrawals.class);

  private final Path home;
  private final Path directory;
  private final RegistryFiles files;
  private final WorkArea work;

  Withdrawals(Path home, RegistryFiles files, WorkArea work) {
    this.home = home;
    this.directory = home.resolve("withdrawn");
    this.files = files;
    this.work = work;
  }

  /** The file of a version. */
  record Withdrawn(int format, String id, String why) {
    Withdrawn {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(why, "why");
    }
  }

  void withdraw(String id, String why) throws IOException {
    Withdrawn withdrawn = new Withdrawn(RegistryFiles.FORMAT, id, Cut.text(why));
    // Only now: who may not write can read a registry of before there was such a thing.
    if (Files.notExists(directory)) {
      Files.createDirectories(directory);
      Durable.sync(home);
    }
    Durable.replace(file(id), files.write(withdrawn), work.fresh());
  }

  /** Why a version is withdrawn; empty if it is not. */
  Optional<String> reason(String id) {
    Path file = file(id);
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(files.read(file, Withdrawn.class).why());
    } catch (FileNotFoundException | NoSuchFileException gone) {
      if (Files.notExists(file)) {
        return Optional.empty();
      }
      return Optional.of(unreadable(file, gone));
    } catch (IOException | RsiException e) {
      return Optional.of(unreadable(file, e));
    }
  }

  private static String unreadable(Path file, Exception cause) {
    LOG.warn("Why a version was withdrawn cannot be read in ({}).", file, cause);
    return "The reason cannot be read: " + Cut.shown(String.valueOf(cause.getMessage()));
  }

  void end(String id) throws IOException {
    if (Files.deleteIfExists(file(id))) {
      Durable.sync(directory);
      putTrialAside(id);
    }
  }

  /** A person says otherwise than users did: a trial of the version begins anew. */
  private void putTrialAside(String id) throws IOException {
    Path trials = home.resolve("trials");
    Path log = trials.resolve(id + ".log");
    for (int n = 1; Files.isRegularFile(log); n++) {
      Path free = trials.resolve(id + "." + n + ".log");
      if (Files.notExists(free)) {
        Files.move(log, free);
      }
    }
  }

  private Path file(String id) {
    return directory.resolve(id + ".json");
  }
}

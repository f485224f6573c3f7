package dev.rsi.core.registry;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a registry keeps of runs: in {@code under-way/} an empty file for each version that a
 * generation under way made, and in {@code runs/} how far the record of a run went.
 */
final class RunFiles {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern UNDER_WAY =
      Pattern.compile("([0-9a-f]{64})@(" + NAME + ")@(" + NAME + ")@(\\d{1,18})");

  private final Path underWay;
  private final Path runs;
  private final RegistryFiles files;
  private final WorkArea work;

  RunFiles(Path home, RegistryFiles files, WorkArea work) {
    this.underWay = home.resolve("under-way");
    this.runs = home.resolve("runs");
    this.files = files;
    this.work = work;
  }

  /** The file of a run. */
  record Recorded(int format, String store, String run, long events, String head) {
    Recorded {
      Objects.requireNonNull(store, "store");
      Objects.requireNonNull(run, "run");
      Objects.requireNonNull(head, "head");
    }
  }

  void create() throws IOException {
    Files.createDirectories(underWay);
    Files.createDirectories(runs);
  }

  static String checkName(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what + " (" + name + ") must be 1 to 64 characters of [A-Za-z0-9._-].");
    }
    return name;
  }

  /** From now on a version is under way, durably. */
  void begin(String id, LiveRecord.Driving driving) throws IOException {
    Path file =
        underWay.resolve(
            String.join("@", id, driving.store(), driving.run(), "" + driving.token()));
    if (!Files.exists(file)) {
      Files.createFile(file);
      Durable.sync(underWay);
    }
  }

  /** Nothing that this driver of a run, or one before it, made is under way any more. */
  void end(LiveRecord.Driving driving) throws IOException {
    for (Path file : VersionFiles.children(underWay)) {
      Matcher name = UNDER_WAY.matcher(file.getFileName().toString());
      if (name.matches()
          && driving.isOf(name.group(2), name.group(3))
          && Long.parseLong(name.group(4)) <= driving.token()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** The versions under way in any run. */
  Set<String> underWay() throws IOException {
    Set<String> ids = new HashSet<>();
    for (Path file : VersionFiles.children(underWay)) {
      Matcher name = UNDER_WAY.matcher(file.getFileName().toString());
      if (name.matches()) {
        ids.add(name.group(1));
      }
    }
    return ids;
  }

  /** How far the record of a run went. */
  Optional<Recorded> recorded(String store, String run) throws IOException {
    Path file = file(store, run);
    try {
      return Files.exists(file) ? Optional.of(files.read(file, Recorded.class)) : Optional.empty();
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  void record(Recorded recorded) throws IOException {
    Durable.replace(file(recorded.store(), recorded.run()), files.write(recorded), work.fresh());
  }

  private Path file(String store, String run) {
    return runs.resolve(checkName("Store", store) + "@" + checkName("Run", run) + ".json");
  }
}

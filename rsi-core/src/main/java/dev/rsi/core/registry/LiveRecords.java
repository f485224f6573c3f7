package dev.rsi.core.registry;

import dev.rsi.api.CorruptModelException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What is live, as a register that is compared and set: the directory {@code live/} of records, of
 * which the highest number counts. A record is made under the number after the one that it was
 * worked out from, by a link, which the system gives to one writer alone. Nobody waits for anybody:
 * a writer that was stopped for a day finds its number taken.
 *
 * <p>Only the last records stay in the directory, so that to find the highest costs the same
 * whatever was live before; the others move to {@code history/}, where no number is given twice.
 */
final class LiveRecords {
  private static final String JSON = ".json";
  private static final Pattern NAME = Pattern.compile("[1-9]\\d{0,17}\\.json");
  private static final int FEWEST = 16;
  private static final int MOST = 32;

  private final Path directory;
  private final Path history;
  private final Path old;
  private final RegistryFiles files;
  private final WorkArea work;

  LiveRecords(Path home, RegistryFiles files, WorkArea work) {
    this.directory = home.resolve("live");
    this.history = home.resolve("history");
    this.old = home.resolve("live.json");
    this.files = files;
    this.work = work;
  }

  void create() throws IOException {
    Files.createDirectories(directory);
    Files.createDirectories(history);
  }

  /** The record that counts; {@link LiveRecord#NONE} before there is any. */
  LiveRecord last() throws IOException {
    while (true) {
      NavigableSet<Long> numbers = numbers();
      try {
        if (!numbers.isEmpty()) {
          return read(path(directory, numbers.last()), numbers.last());
        }
        LiveRecord before = Files.exists(old) ? old() : LiveRecord.NONE;
        // Or it was taken over meanwhile.
        if (numbers().isEmpty()) {
          return before;
        }
      } catch (NoSuchFileException e) {
        // Moved meanwhile, so there is a higher one.
      }
    }
  }

  /** The number of the record that counts. */
  long lastNumber() throws IOException {
    NavigableSet<Long> numbers = numbers();
    return numbers.isEmpty() ? 0 : numbers.last();
  }

  /**
   * The last record that can be read, and the number that the one after it may have: where the one
   * that counts was damaged, a record over it repairs that.
   */
  Sound lastSound() throws IOException {
    try {
      LiveRecord last = last();
      return new Sound(last, last.number() + 1);
    } catch (CorruptModelException damaged) {
      NavigableSet<Long> numbers = numbers();
      for (long number : numbers.descendingSet()) {
        try {
          return new Sound(read(path(directory, number), number), numbers.last() + 1);
        } catch (CorruptModelException | NoSuchFileException e) {
          // The one before it may be sound.
        }
      }
      return new Sound(LiveRecord.NONE, numbers.isEmpty() ? 1 : numbers.last() + 1);
    }
  }

  /**
   * A record that can be read.
   *
   * @param next number of the record that may follow it
   */
  record Sound(LiveRecord record, long next) {}

  /** A record by its number. */
  LiveRecord record(long number) throws IOException {
    try {
      return read(path(directory, number), number);
    } catch (NoSuchFileException moved) {
      return read(path(history, number), number);
    }
  }

  /** Where a record that counts lies, for people. */
  Path path(LiveRecord record) {
    return record.number() == 0 ? old : path(directory, record.number());
  }

  /**
   * Makes a record the one that counts, durably.
   *
   * @param next worked out from the record before it
   * @return false if another came first; what there is now is to be looked at again
   */
  boolean offer(LiveRecord next) throws IOException {
    Path temporary = work.fresh();
    try {
      Durable.writeSynced(temporary, files.write(next));
      Path mine = path(directory, next.number());
      try {
        Files.createLink(mine, temporary);
      } catch (FileAlreadyExistsException e) {
        return false;
      }
      // Its number may be free only because the record that had it was moved away.
      Path moved = path(history, next.number());
      if (Files.exists(moved) && !Files.isSameFile(moved, temporary)) {
        Files.deleteIfExists(mine);
        return false;
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
    Durable.sync(directory);
    Files.deleteIfExists(old);
    moveOld();
    return true;
  }

  private void moveOld() throws IOException {
    NavigableSet<Long> numbers = numbers();
    if (numbers.size() <= MOST) {
      return;
    }
    numbers = new TreeSet<>(numbers.headSet(numbers.last() - FEWEST, true));
    for (long number : numbers) {
      try {
        Files.createLink(path(history, number), path(directory, number));
      } catch (FileAlreadyExistsException | NoSuchFileException e) {
        // Another process does the same.
      }
    }
    Durable.sync(history);
    for (long number : numbers) {
      Files.deleteIfExists(path(directory, number));
    }
  }

  private NavigableSet<Long> numbers() throws IOException {
    TreeSet<Long> numbers = new TreeSet<>();
    for (Path file : VersionFiles.children(directory)) {
      String name = file.getFileName().toString();
      if (NAME.matcher(name).matches()) {
        numbers.add(Long.valueOf(name.substring(0, name.length() - JSON.length())));
      }
    }
    return numbers;
  }

  private LiveRecord read(Path file, long number) throws IOException {
    LiveRecord record;
    try {
      record = files.read(file, LiveRecord.class);
    } catch (FileNotFoundException e) {
      throw new NoSuchFileException(file.toString());
    }
    if (record.number() != number) {
      throw new CorruptModelException(file, "number", "" + number, "" + record.number());
    }
    return checked(file, record);
  }

  private LiveRecord old() throws IOException {
    try {
      return checked(old, files.read(old, OldPointer.class).record());
    } catch (FileNotFoundException e) {
      throw new NoSuchFileException(old.toString());
    }
  }

  private static LiveRecord checked(Path file, LiveRecord record) {
    for (String id : record.written()) {
      if (!Versions.isId(id)) {
        throw new CorruptModelException(file, "id", "a SHA-256", id);
      }
    }
    return record;
  }

  private static Path path(Path directory, long number) {
    return directory.resolve(number + JSON);
  }
}

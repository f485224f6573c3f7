package dev.rsi.core.store;

import dev.rsi.core.report.RunEvent;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * Where runs are recorded, event by event. Nothing recorded is ever changed or lost.
 *
 * <p>Thread-safe. The store owns files and connections until it is closed.
 */
public interface RunStore extends AutoCloseable {

  /** A store on the heap, gone with the process. Closing it ends its use as with any other. */
  static RunStore inMemory() {
    return new InMemoryRunStore();
  }

  /**
   * A store in an SQLite file, which is made if it is not there. The first call in a process loads
   * SQLite's native library, which takes a moment.
   *
   * <p>Everything in it is open to the {@code sqlite3} tool, also while a run writes: events as
   * JSON in the table {@code event}, attempts in columns in the view {@code attempt}:
   *
   * <pre>
   * sqlite3 -readonly run.db "SELECT generation, level, avg(outcome = 'PASS') FROM attempt GROUP BY 1, 2"
   * </pre>
   *
   * <p>Beside the file SQLite keeps {@code -wal} and {@code -shm} while the store is open: whoever
   * copies the file takes them along.
   *
   * @param file on a disk of this machine
   * @throws dev.rsi.api.RsiException if the file is no run store, is of a newer format, is damaged
   *     or cannot be written
   */
  static RunStore sqlite(Path file) {
    return new SqliteRunStore(SqliteFile.open(file));
  }

  /**
   * Begins a run.
   *
   * @param run its id: 1 to 64 characters of {@code [A-Za-z0-9._-]}, not in the store yet
   * @throws IllegalArgumentException if there is such a run already, or the id is malformed
   */
  void create(String run);

  /**
   * Records events at the end of a run, all or none of them. When it returns they survive the end
   * of the process.
   *
   * @param at when, from the loop's clock
   * @param events in order; may be empty
   * @throws IllegalArgumentException if there is no such run, or the name of a number in an event
   *     holds half a surrogate pair
   * @throws dev.rsi.api.RsiException if they could not be recorded
   */
  void append(String run, Instant at, List<? extends RunEvent> events);

  /**
   * Everything recorded of a run, in order.
   *
   * @throws IllegalArgumentException if there is no such run
   */
  List<RunEvent> events(String run);

  /** The ids of all runs, in the order they began. */
  List<String> runs();

  @Override
  void close();
}

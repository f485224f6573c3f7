package dev.rsi.core.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A database that is a run store of the newest format, and all in which one kind of database
 * differs from another. Named to people by {@code toString}. Thread-safe.
 */
interface Database extends AutoCloseable {

  /** Work on a connection. */
  interface Work<V> {
    V on(Connection connection) throws SQLException;
  }

  /** What one driver at a time holds, until it is closed or the process ends, however it ends. */
  interface Lock extends AutoCloseable {
    /** Whether nobody else can have taken it since. */
    boolean held();

    @Override
    void close();
  }

  /**
   * Does the work wholly, durably when this returns, or not at all. One at a time.
   *
   * @param what it is for, after "could not"
   */
  <V> V transaction(String what, Work<V> work);

  /** Within a transaction: where a run ends once that is committed. */
  void ends(End end);

  /** Makes what is recorded as safe from damage as the database can. Never fails. */
  void checkpoint();

  /**
   * Copies everything to a file that is not there yet, as it is at one moment.
   *
   * @throws UnsupportedOperationException if it is not kept in a file, with what to do instead
   */
  void backup(Path copy);

  /**
   * Reads what is durable now, on a connection of its own that keeps nobody from writing.
   *
   * @param what it is for, after "could not"
   */
  <V> V snapshot(String what, Work<V> work);

  /** How many bytes it takes on this machine's disk; 0 if it lies on another. */
  long bytes();

  /** The lock of a run, by its number; empty if another has it. */
  Optional<Lock> lock(long run);

  /** What ends a query for a row that no other may change before the transaction ends. */
  String forUpdate();

  /** The bytes of a column of text as they are stored. */
  String stored(String column);

  /** Whether a column holds a value of the type that was written to it. */
  String holds(String column, String type);

  /** The first format that there was for this kind of database. */
  int firstFormat();

  /** The tables, views and the like of a store of the newest format, each with what defines it. */
  List<String> schema() throws SQLException;

  /** What there is of those. */
  List<String> schema(Connection connection) throws SQLException;

  /** What the database itself finds wrong with how it keeps its rows, or null. */
  @Nullable String structuralFault(Connection connection) throws SQLException;

  @Override
  void close();
}

package dev.rsi.core.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Gives the runs of a file their chains, which has none yet: what stands there is what counts. */
final class FirstChains {
  /** The format that has chains. */
  static final int FORMAT = 2;

  private static final int PAGE = 1000;

  private FirstChains() {}

  static void write(Connection connection) throws SQLException {
    try (PreparedStatement next =
            connection.prepareStatement(
                "SELECT number, events, id FROM run WHERE number > ? ORDER BY number LIMIT 1");
        PreparedStatement update =
            connection.prepareStatement(
                "UPDATE run SET unchained = ?, origin = ?, head = ? WHERE number = ?")) {
      byte[] origin = Chain.start();
      long number = Long.MIN_VALUE;
      while (true) {
        long events;
        next.setLong(1, number);
        try (ResultSet run = next.executeQuery()) {
          if (!run.next()) {
            return;
          }
          number = run.getLong(1);
          events = run.getLong(2);
          origin = Chain.origin(origin, number, events, run.getBytes(3));
        }
        update.setLong(1, events);
        update.setBytes(2, origin);
        update.setBytes(3, chain(connection, number, origin));
        update.setLong(4, number);
        update.executeUpdate();
      }
    }
  }

  private static byte[] chain(Connection connection, long run, byte[] origin) throws SQLException {
    byte[] chain = origin;
    try (PreparedStatement page =
            connection.prepareStatement(
                "SELECT seq, at, generation, kind, body FROM event WHERE run = ? AND seq > ?"
                    + " ORDER BY seq LIMIT "
                    + PAGE);
        PreparedStatement update =
            connection.prepareStatement("UPDATE event SET chain = ? WHERE run = ? AND seq = ?")) {
      long seq = Long.MIN_VALUE;
      int rows;
      do {
        rows = 0;
        page.setLong(1, run);
        page.setLong(2, seq);
        // A page is read before it is changed: SQLite leaves open what a reader sees otherwise.
        try (ResultSet events = page.executeQuery()) {
          while (events.next()) {
            rows++;
            seq = events.getLong(1);
            chain =
                Chain.next(
                    chain,
                    seq,
                    events.getLong(2),
                    events.getLong(3),
                    events.getBytes(4),
                    events.getBytes(5));
            update.setBytes(1, chain);
            update.setLong(2, run);
            update.setLong(3, seq);
            update.addBatch();
          }
        }
        update.executeBatch();
      } while (rows == PAGE);
    }
    return chain;
  }
}

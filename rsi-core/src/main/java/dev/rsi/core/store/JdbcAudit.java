package dev.rsi.core.store;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.BaseEncoding;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Audits what one connection sees of a store. Not thread-safe. */
final class JdbcAudit {
  private final Database database;
  private final Connection connection;

  JdbcAudit(Database database, Connection connection) {
    this.database = database;
    this.connection = connection;
  }

  /** Audits every run, then what the file holds beside them. */
  RunStore.Audit store() {
    long events = 0;
    long unchained = 0;
    Hasher heads = Hashing.sha256().newHasher();
    String fault = null;
    try {
      for (Run run : runs()) {
        RunStore.Audit audit = audit(run);
        events += audit.events();
        unchained += audit.unchained();
        heads.putBytes(BaseEncoding.base16().lowerCase().decode(audit.head()));
        fault = audit.fault();
        if (fault != null) {
          break;
        }
      }
      if (fault == null) {
        fault = besideRuns();
      }
    } catch (SQLException e) {
      fault = "The store cannot be read: " + e.getMessage();
    }
    return new RunStore.Audit(events, unchained, heads.hash().toString(), fault);
  }

  /** Audits one run. */
  RunStore.Audit run(String id) throws SQLException {
    for (Run run : runs()) {
      if (run.id.equals(id)) {
        return audit(run);
      }
    }
    throw RunIds.unknown(id);
  }

  private RunStore.Audit audit(Run run) {
    ChainCheck check = new ChainCheck(run.id, run.origin);
    String fault = run.fault;
    if (fault == null) {
      try {
        follow(run.number, check);
        check.end(run.events, run.head);
      } catch (SQLException e) {
        check.broke(e.getMessage());
      }
      fault = check.fault();
    }
    return new RunStore.Audit(
        check.events(),
        Math.min(check.events(), run.unchained),
        BaseEncoding.base16().lowerCase().encode(check.chain()),
        fault);
  }

  private void follow(long run, ChainCheck check) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT seq, at, generation, "
                + database.stored("kind")
                + ", "
                + database.stored("body")
                + ", chain, "
                + hold("integer", "seq", "at", "generation")
                + " AND "
                + hold("text", "kind", "body")
                + " AND "
                + hold("blob", "chain")
                + " FROM event WHERE run = ? ORDER BY seq")) {
      select.setFetchSize(JdbcRunStore.PAGE);
      select.setLong(1, run);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          ChainCheck.Stored row =
              new ChainCheck.Stored(
                  rows.getLong(1),
                  rows.getLong(2),
                  rows.getLong(3),
                  bytes(rows, 4),
                  bytes(rows, 5),
                  // What changed its type was altered, even if it reads the same.
                  rows.getBoolean(7) ? bytes(rows, 6) : new byte[0]);
          if (!check.add(row)) {
            return;
          }
        }
      }
    }
  }

  /** A run's row, with what is wrong with it. */
  private static final class Run {
    final long number;
    final String id;
    final long events;
    final long unchained;
    final byte[] origin;
    final byte[] head;
    final @Nullable String fault;

    Run(ResultSet row, byte[] originBefore) throws SQLException {
      number = row.getLong(1);
      id = Objects.requireNonNullElse(row.getString(2), "");
      events = row.getLong(3);
      unchained = row.getLong(4);
      origin = bytes(row, 5);
      head = bytes(row, 6);
      boolean sound =
          row.getBoolean(7)
              && Arrays.equals(
                  origin, Chain.origin(originBefore, number, unchained, bytes(row, 8)));
      fault =
          sound
              ? null
              : "Run ("
                  + id
                  + ") has another origin than it began with: its row was altered, or a run before"
                  + " it was taken out.";
    }
  }

  private List<Run> runs() throws SQLException {
    List<Run> runs = new ArrayList<>();
    byte[] origin = Chain.start();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT number, id, events, unchained, origin, head, "
                    + hold("text", "id")
                    + " AND "
                    + hold("integer", "events", "unchained")
                    + " AND "
                    + hold("blob", "origin", "head")
                    + ", "
                    + database.stored("id")
                    + " FROM run ORDER BY number")) {
      while (rows.next()) {
        Run run = new Run(rows, origin);
        runs.add(run);
        origin = run.origin;
      }
    }
    return runs;
  }

  /** What else may be wrong, of which no chain tells. */
  private @Nullable String besideRuns() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      try (ResultSet stray =
          statement.executeQuery(
              "SELECT run, seq FROM event WHERE run NOT IN (SELECT number FROM run) LIMIT 1")) {
        if (stray.next()) {
          return "Event ("
              + stray.getLong(2)
              + ") belongs to a run of number ("
              + stray.getLong(1)
              + "), and there is none: the run was taken out.";
        }
      }
      List<String> schema = database.schema(connection);
      for (String part : database.schema()) {
        if (!schema.contains(part)) {
          return "The schema was altered: it has no (" + part + ").";
        }
      }
      try (ResultSet versions =
          statement.executeQuery(
              "SELECT count(*), min(version), max(version) FROM schema_version")) {
        long first = database.firstFormat();
        versions.next();
        if (versions.getLong(1) != Schema.FORMAT - first + 1
            || versions.getLong(2) != first
            || versions.getLong(3) != Schema.FORMAT) {
          return "The table of the formats was altered.";
        }
      }
    }
    String structure = database.structuralFault(connection);
    return structure == null ? null : "The structure is damaged: " + structure + ".";
  }

  /** Whether columns of a row hold values of the type that was written to them. */
  private String hold(String type, String... columns) {
    return Arrays.stream(columns)
        .map(column -> database.holds(column, type))
        .collect(Collectors.joining(" AND "));
  }

  private static byte[] bytes(ResultSet row, int column) throws SQLException {
    byte[] bytes = row.getBytes(column);
    return bytes == null ? new byte[0] : bytes;
  }
}

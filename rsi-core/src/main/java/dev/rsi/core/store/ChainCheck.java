package dev.rsi.core.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Follows the chain of one run, row by row, to the first that breaks it. Goes on from there only to
 * see whether the event that belongs there stands further on. Mutable, for one thread.
 */
final class ChainCheck {

  /** An event as it is stored, whatever became of it. */
  static final class Stored {
    private final long seq;
    private final long at;
    private final long generation;
    private final byte[] kind;
    private final byte[] body;
    private final byte[] chain;

    Stored(long seq, long at, long generation, byte[] kind, byte[] body, byte[] chain) {
      this.seq = seq;
      this.at = at;
      this.generation = generation;
      this.kind = kind;
      this.body = body;
      this.chain = chain;
    }

    /** Whether it carries the hash of what it would be at a place, after that hash. */
    private boolean follows(byte[] before, long place) {
      return Arrays.equals(chain, Chain.next(before, place, at, generation, kind, body));
    }
  }

  private final String run;
  private byte[] chain;
  private long events;
  private @Nullable String fault;
  private boolean settled;

  /** Begins with what the run began with. */
  ChainCheck(String run, byte[] origin) {
    this.run = run;
    this.chain = origin;
  }

  /** Takes the next row. Returns whether there is any use in another. */
  boolean add(Stored row) {
    long place = events + 1;
    if (fault != null) {
      settled = row.follows(chain, place);
      if (settled) {
        fault = event(place) + " stands at place (" + row.seq + "): events were reordered.";
      }
    } else if (row.seq == place && row.follows(chain, place)) {
      chain = row.chain;
      events = place;
    } else if (row.follows(chain, place)) {
      fault = event(place) + " stands at place (" + row.seq + "): events were reordered.";
      settled = true;
    } else if (row.seq > place) {
      fault = event(place) + " is missing: the next one there is (" + row.seq + ").";
    } else if (row.seq < place) {
      fault = event(row.seq) + " was added: a run's events count from (1).";
      settled = true;
    } else {
      fault =
          event(place)
              + " was altered, or taken out and the next put in its place: what stands there does"
              + " not give its hash.";
    }
    return !settled;
  }

  /** Ends the run: compares what was found with what the run's row says of it. */
  void end(long counted, byte[] head) {
    if (fault != null) {
      return;
    }
    if (events < counted) {
      fault = event(events + 1) + " is missing: the run counts (" + counted + ") events.";
    } else if (events > counted) {
      fault =
          "Run ("
              + run
              + ") counts ("
              + counted
              + ") events and has ("
              + events
              + "): events were added, or its row was altered.";
    } else if (!Arrays.equals(chain, head)) {
      fault =
          "Run ("
              + run
              + ") does not end with the hash of its last event ("
              + events
              + "): events at its end were taken out, or its row was altered.";
    }
  }

  /** Says why no more rows can be had. */
  void broke(@Nullable String why) {
    if (fault == null) {
      fault = event(events + 1) + " cannot be read: " + why;
    }
  }

  /** How many events are as they were recorded, from the first. */
  long events() {
    return events;
  }

  /** The hash of the last of those. */
  byte[] chain() {
    return chain;
  }

  /** What breaks the chain first, or null. */
  @Nullable String fault() {
    return fault;
  }

  private String event(long seq) {
    return "Run (" + run + "), event (" + seq + ")";
  }
}

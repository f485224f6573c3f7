package dev.rsi.core.store;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.BaseEncoding;
import dev.rsi.core.report.RunEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps runs on the heap, for tests and for runs that nobody asks about later. */
final class InMemoryRunStore implements RunStore {
  private final EventJson json = new EventJson();
  private final Map<String, Run> runs = new LinkedHashMap<>();
  private byte[] lastOrigin = Chain.start();
  private boolean closed;

  /** A run's events, each with the hash it was recorded with. */
  private static final class Run {
    final List<Recorded> events = new ArrayList<>();
    final byte[] origin;
    byte[] head;

    Run(byte[] origin) {
      this.origin = origin;
      this.head = origin;
    }
  }

  private static final class Recorded {
    final RunEvent event;
    final long at;
    final byte[] chain;

    Recorded(RunEvent event, long at, byte[] chain) {
      this.event = event;
      this.at = at;
      this.chain = chain;
    }
  }

  @Override
  public synchronized void create(String run) {
    checkOpen();
    RunIds.checkWellFormed(run);
    if (runs.containsKey(run)) {
      throw RunIds.taken(run);
    }
    lastOrigin = Chain.origin(lastOrigin, runs.size() + 1L, 0, Chain.bytes(run));
    runs.put(run, new Run(lastOrigin));
  }

  @Override
  public void append(String run, Instant at, List<? extends RunEvent> events) {
    long millis = at.toEpochMilli();
    List<RunEvent> copy = List.copyOf(events);
    // Outside the lock, as it is most of the work.
    List<EventJson.Row> rows = copy.stream().map(json::write).toList();
    synchronized (this) {
      checkOpen();
      Run known = known(run);
      for (int i = 0; i < rows.size(); i++) {
        known.head = Chain.next(known.head, known.events.size() + 1L, millis, rows.get(i));
        known.events.add(new Recorded(copy.get(i), millis, known.head));
      }
    }
  }

  @Override
  public synchronized List<RunEvent> events(String run) {
    checkOpen();
    return known(run).events.stream().<RunEvent>map(each -> each.event).toList();
  }

  @Override
  public synchronized List<String> runs() {
    checkOpen();
    return List.copyOf(runs.keySet());
  }

  @Override
  public synchronized Audit audit() {
    checkOpen();
    long events = 0;
    Hasher heads = Hashing.sha256().newHasher();
    for (String run : runs.keySet()) {
      Audit audit = audit(run);
      events += audit.events();
      heads.putBytes(BaseEncoding.base16().lowerCase().decode(audit.head()));
      if (!audit.sound()) {
        return new Audit(events, 0, heads.hash().toString(), audit.fault());
      }
    }
    return new Audit(events, 0, heads.hash().toString(), null);
  }

  @Override
  public synchronized Audit audit(String run) {
    checkOpen();
    Run known = known(run);
    ChainCheck check = new ChainCheck(run, known.origin);
    boolean more = true;
    for (int i = 0; more && i < known.events.size(); i++) {
      more = check.add(stored(i + 1, known.events.get(i)));
    }
    check.end(known.events.size(), known.head);
    return new Audit(
        check.events(), 0, BaseEncoding.base16().lowerCase().encode(check.chain()), check.fault());
  }

  private ChainCheck.Stored stored(long seq, Recorded recorded) {
    EventJson.Row row = json.write(recorded.event);
    return new ChainCheck.Stored(
        seq,
        recorded.at,
        row.generation(),
        Chain.bytes(row.kind()),
        Chain.bytes(row.body()),
        recorded.chain);
  }

  @Override
  public synchronized void close() {
    closed = true;
  }

  @Override
  public String toString() {
    return "RunStore.inMemory()";
  }

  private Run known(String run) {
    Run known = runs.get(run);
    if (known == null) {
      throw RunIds.unknown(run);
    }
    return known;
  }

  private void checkOpen() {
    if (closed) {
      throw RunIds.closed(this);
    }
  }
}

package dev.rsi.core.store;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.BaseEncoding;
import dev.rsi.core.internal.Times;
import dev.rsi.core.report.RunEvent;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** Keeps runs on the heap, for tests and for runs that nobody asks about later. */
final class InMemoryRunStore implements RunStore {
  private final Map<String, List<Batch>> runs = new LinkedHashMap<>();
  private final Map<String, Lease> leases = new HashMap<>();
  private final Map<String, Hashed> heads = new HashMap<>();
  private final EventJson json = new EventJson();
  private final String id = StoreIds.fresh();
  private boolean closed;

  private record Batch(long at, long before, List<RunEvent> events) {
    long after() {
      return before + events.size();
    }
  }

  /** How far a run's events were hashed: what is asked again and again costs what is new. */
  private record Hashed(int batches, long events, HashCode chain) {}

  @Override
  public synchronized void create(String run) {
    checkOpen();
    RunIds.checkWellFormed(run);
    if (runs.putIfAbsent(run, new ArrayList<>()) != null) {
      throw RunIds.taken(run);
    }
  }

  @Override
  public synchronized String id() {
    checkOpen();
    return id;
  }

  @Override
  public synchronized void append(String run, Instant at, List<? extends RunEvent> events) {
    checkOpen();
    List<Batch> batches = batchesOf(run);
    long before = batches.isEmpty() ? 0 : batches.get(batches.size() - 1).after();
    batches.add(new Batch(Times.millis(at), before, List.copyOf(events)));
  }

  @Override
  public void forEach(
      String run,
      Set<Class<? extends RunEvent>> kinds,
      BiConsumer<? super Instant, ? super RunEvent> each) {
    List<Batch> batches;
    synchronized (this) {
      checkOpen();
      batches = List.copyOf(batchesOf(run));
    }
    for (Batch batch : batches) {
      Instant at = Instant.ofEpochMilli(batch.at());
      for (RunEvent event : batch.events()) {
        if (kinds.contains(event.getClass())) {
          each.accept(at, event);
        }
      }
    }
  }

  @Override
  public synchronized List<RunEvent> events(String run, long after, int most) {
    checkOpen();
    RunIds.checkPage(after, most);
    List<RunEvent> page = new ArrayList<>();
    List<Batch> batches = batchesOf(run);
    for (int i = batchAfter(batches, after); i < batches.size() && page.size() < most; i++) {
      Batch batch = batches.get(i);
      int from = (int) Math.max(0, after - batch.before());
      int to = (int) Math.min(batch.events().size(), (long) from + most - page.size());
      page.addAll(batch.events().subList(from, to));
    }
    return List.copyOf(page);
  }

  /** The first batch that has an event after so many; how many batches there are if none has. */
  private static int batchAfter(List<Batch> batches, long after) {
    int low = 0;
    int high = batches.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (batches.get(middle).after() > after) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  @Override
  public void backup(Path file) {
    throw new UnsupportedOperationException(
        this + " has nothing on a disk.\nMaybe record the run with RunStore.sqlite(path).");
  }

  @Override
  public synchronized Head head(String run) {
    checkOpen();
    List<Batch> batches = batchesOf(run);
    Hashed hashed =
        heads.computeIfAbsent(run, first -> new Hashed(0, 0, HashCode.fromBytes(origin(first))));
    for (Batch batch : batches.subList(hashed.batches(), batches.size())) {
      try {
        hashed = after(hashed, batch);
      } catch (IllegalArgumentException e) {
        // As the audit says: it ends before what has no hash.
        Audit audit = audit(run);
        return new Head(audit.events(), audit.head());
      }
    }
    heads.put(run, hashed);
    return new Head(hashed.events(), hashed.chain().toString());
  }

  private Hashed after(Hashed before, Batch batch) {
    byte[] chain = before.chain().asBytes();
    long events = before.events();
    for (RunEvent event : batch.events()) {
      events++;
      chain = Chain.next(chain, events, batch.at(), json.write(event));
    }
    return new Hashed(before.batches() + 1, events, HashCode.fromBytes(chain));
  }

  @Override
  public synchronized List<String> runs() {
    checkOpen();
    return List.copyOf(runs.keySet());
  }

  @Override
  public synchronized Map<String, Long> sizes() {
    checkOpen();
    Map<String, Long> sizes = new LinkedHashMap<>();
    runs.forEach(
        (run, batches) ->
            sizes.put(run, batches.isEmpty() ? 0 : batches.get(batches.size() - 1).after()));
    return sizes;
  }

  @Override
  public synchronized Lease lease(String run) {
    checkOpen();
    batchesOf(run);
    if (leases.containsKey(run)) {
      throw Drivers.taken(run, "this " + Drivers.self());
    }
    Lease lease =
        new Lease() {
          @Override
          public void check() {
            checkHeld(run, this);
          }

          @Override
          public void close() {
            end(run, this);
          }
        };
    leases.put(run, lease);
    return lease;
  }

  private synchronized void checkHeld(String run, Lease lease) {
    checkOpen();
    if (leases.get(run) != lease) {
      throw Drivers.ended(run);
    }
  }

  private synchronized void end(String run, Lease lease) {
    leases.remove(run, lease);
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

  // Hashes are made here and not in append, where they would be most of its work: events are
  // immutable, and nobody but the store has the lists.
  @Override
  public synchronized Audit audit(String run) {
    return audit(run, Long.MAX_VALUE);
  }

  @Override
  public synchronized boolean holds(String run, Head head) {
    Audit audit = audit(run, head.events());
    return audit.events() == head.events() && audit.head().equals(head.hash());
  }

  private Audit audit(String run, long most) {
    checkOpen();
    List<Batch> batches = batchesOf(run);
    byte[] chain = origin(run);
    long events = 0;
    String fault = null;
    try {
      for (Batch batch : batches) {
        for (RunEvent event : batch.events()) {
          if (events < most) {
            chain = Chain.next(chain, events + 1, batch.at(), json.write(event));
            events++;
          }
        }
      }
    } catch (IllegalArgumentException e) {
      fault = "Run (" + run + "), event (" + (events + 1) + ") has no hash: " + e.getMessage();
    }
    return new Audit(events, 0, BaseEncoding.base16().lowerCase().encode(chain), fault);
  }

  private byte[] origin(String run) {
    byte[] origin = Chain.start();
    long number = 0;
    for (String each : runs.keySet()) {
      number++;
      origin = Chain.origin(origin, number, 0, Chain.bytes(each));
      if (each.equals(run)) {
        break;
      }
    }
    return origin;
  }

  @Override
  public synchronized void close() {
    closed = true;
  }

  @Override
  public String toString() {
    return "RunStore.inMemory()";
  }

  private List<Batch> batchesOf(String run) {
    List<Batch> batches = runs.get(run);
    if (batches == null) {
      throw RunIds.unknown(run);
    }
    return batches;
  }

  private void checkOpen() {
    if (closed) {
      throw RunIds.closed(this);
    }
  }
}

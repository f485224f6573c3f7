package dev.rsi.core.registry;

import dev.rsi.api.CorruptModelException;
import java.io.IOException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions that a rollback can lead to, the live one first, read as far as anybody asks: what
 * is asked of the last few costs the same whatever was live before them. Those that are gone are
 * left out. Thread-safe.
 */
final class History extends AbstractList<String> {
  private static final Logger LOG = LoggerFactory.getLogger(History.class);

  private final LiveRecords records;
  private final Predicate<String> there;
  private final List<Place> read = new ArrayList<>();
  private @Nullable LiveRecord next;
  private int offset;

  /**
   * A place of the history: where it is written.
   *
   * @param place among those that the record has written out
   */
  record Place(String id, LiveRecord record, int place) {}

  /**
   * The history of a record.
   *
   * @param there whether a version is there
   */
  History(LiveRecords records, LiveRecord of, Predicate<String> there) {
    this.records = records;
    this.there = there;
    this.next = of;
  }

  /** A place by its number; null if there are not so many. */
  synchronized @Nullable Place place(int index) {
    while (read.size() <= index && next != null) {
      List<String> written = next.written();
      if (offset < written.size()) {
        String id = written.get(offset);
        // The live one is told also if it is lost: it is the one that is live.
        if (read.isEmpty() || there.test(id)) {
          read.add(new Place(id, next, offset));
        }
        offset++;
      } else {
        next = following(next);
        offset = 0;
      }
    }
    return index < read.size() ? read.get(index) : null;
  }

  private @Nullable LiveRecord following(LiveRecord record) {
    Long more = record.more();
    // Numbers fall, so that no damage makes it endless.
    if (more == null || more >= record.number()) {
      return null;
    }
    try {
      return records.record(more);
    } catch (CorruptModelException | IOException e) {
      LOG.warn("What was live before record ({}) cannot be read.", more, e);
      return null;
    }
  }

  @Override
  public String get(int index) {
    Place place = index < 0 ? null : place(index);
    if (place == null) {
      throw new IndexOutOfBoundsException("index (" + index + ") of (" + size() + ")");
    }
    return place.id();
  }

  @Override
  public int size() {
    for (int index = 0; ; index++) {
      if (place(index) == null) {
        return index;
      }
    }
  }

  @Override
  public boolean isEmpty() {
    return place(0) == null;
  }

  @Override
  public Iterator<String> iterator() {
    return new Iterator<>() {
      private int index;

      @Override
      public boolean hasNext() {
        return place(index) != null;
      }

      @Override
      public String next() {
        Place place = place(index);
        if (place == null) {
          throw new NoSuchElementException();
        }
        index++;
        return place.id();
      }
    };
  }

  @Override
  public Spliterator<String> spliterator() {
    return Spliterators.spliteratorUnknownSize(
        iterator(), Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
  }
}

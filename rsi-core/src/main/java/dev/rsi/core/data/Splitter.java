package dev.rsi.core.data;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import dev.rsi.core.data.Datasets.Shares;
import dev.rsi.core.data.Datasets.Split;
import dev.rsi.core.internal.Cut;
import dev.rsi.core.internal.near.NearClusters;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;

/** See {@link Datasets#split}. */
final class Splitter<T> {
  private static final List<String> PARTS = List.of("practice", "probes", "exam");

  private final Function<? super T, String> text;
  private final Shares shares;

  Splitter(Function<? super T, String> text, Shares shares) {
    this.text = Objects.requireNonNull(text, "text");
    this.shares = Objects.requireNonNull(shares, "shares");
  }

  /**
   * An item with its place.
   *
   * @param order what items of a part, and those that are together, are sorted by
   * @param side in [0, 1): says the part, and is independent of the order, as the smallest of many
   *     numbers is small
   */
  private record Placed<T>(T item, String text, String order, double side) {}

  Split<T> split(Collection<? extends T> items) {
    Map<String, Placed<T>> byHash = new TreeMap<>();
    int repeated = 0;
    for (T item : items) {
      Placed<T> placed = place(item);
      Placed<T> before = byHash.putIfAbsent(placed.order(), placed);
      if (before != null) {
        if (!before.item().equals(item)) {
          throw new IllegalArgumentException(
              "The text ("
                  + Cut.shown(placed.text())
                  + ") is that of two items that are not equal: ("
                  + Cut.shown(before.item().toString())
                  + ") and ("
                  + Cut.shown(item.toString())
                  + ").\nMaybe one of them has a wrong label, or items have no equals.");
        }
        repeated++;
      }
    }
    List<Placed<T>> all = new ArrayList<>(byHash.values());
    int[] roots = NearClusters.of(all.stream().map(Placed::text).toList(), shares.nearness());
    List<List<T>> parts = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    Map<Integer, List<T>> clusters = new HashMap<>();
    List<List<T>> inOrder = new ArrayList<>();
    for (int i = 0; i < roots.length; i++) {
      // In the order of hashes, the first of a cluster is the one of the smallest.
      parts.get(part(all.get(roots[i]).side())).add(all.get(i).item());
      clusters
          .computeIfAbsent(
              roots[i],
              root -> {
                List<T> cluster = new ArrayList<>();
                inOrder.add(cluster);
                return cluster;
              })
          .add(all.get(i).item());
    }
    List<List<T>> together = inOrder.stream().filter(cluster -> cluster.size() > 1).toList();
    check(parts, all.size(), inOrder);
    return new Split<>(parts.get(0), parts.get(1), parts.get(2), together, repeated);
  }

  private Placed<T> place(T item) {
    String own = Objects.requireNonNull(text.apply(item), "text");
    HashCode hash =
        Hashing.sha256()
            .newHasher()
            .putInt(shares.name().length())
            // In UTF-16: half a surrogate pair has no UTF-8.
            .putUnencodedChars(shares.name())
            .putUnencodedChars(own)
            .hash();
    long bits = ByteBuffer.wrap(hash.asBytes(), 24, 8).getLong();
    return new Placed<>(item, own, hash.toString(), (bits >>> 11) * 0x1p-53);
  }

  private int part(double side) {
    if (side < shares.practice()) {
      return 0;
    }
    // What rounding leaves over belongs to the last part that has a share.
    return side < shares.practice() + shares.probes() || shares.exam() == 0 ? 1 : 2;
  }

  private void check(List<List<T>> parts, int count, List<List<T>> clusters) {
    double[] asked = {shares.practice(), shares.probes(), shares.exam()};
    for (int i = 0; i < asked.length; i++) {
      if (asked[i] > 0 && parts.get(i).isEmpty()) {
        int largest = clusters.stream().mapToInt(List::size).max().orElse(0);
        throw new IllegalArgumentException(
            "The part ("
                + PARTS.get(i)
                + ") with a share of ("
                + asked[i]
                + ") has none of ("
                + count
                + ") items, which are in ("
                + clusters.size()
                + ") groups of near-duplicates, the largest of ("
                + largest
                + ").\nMaybe there are too few for the share; or, where they share a long template,"
                + " set nearness(1).");
      }
    }
  }
}

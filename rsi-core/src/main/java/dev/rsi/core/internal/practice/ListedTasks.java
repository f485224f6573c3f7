package dev.rsi.core.internal.practice;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.rsi.api.Codec;
import dev.rsi.api.RsiException;
import dev.rsi.api.TaskSource;
import dev.rsi.core.internal.Cut;
import dev.rsi.core.internal.RoundTrip;
import dev.rsi.core.internal.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the tasks of a level that are a list: a generation has each of them once at most, an
 * epoch each exactly once. What it has given so far is what a run has asked for, so that a run that
 * is resumed, and asks the same, is given the same.
 */
final class ListedTasks<T> {
  private final int level;
  private final List<String> texts;
  private final Codec<T, ?> codec;
  private final Seeds seeds;
  private final int[] order;

  /** Those of the present generation, given or left out. */
  private final BitSet met = new BitSet();

  private final BitSet leftOut = new BitSet();

  private int generation;
  private int given;
  private long epoch;
  private int next;

  private ListedTasks(int level, List<String> texts, Codec<T, ?> codec, Seeds seeds) {
    this.level = level;
    this.texts = texts;
    this.codec = codec;
    this.seeds = seeds;
    this.order = new int[texts.size()];
    this.next = order.length;
  }

  /**
   * The list of a level.
   *
   * @return null if its tasks are drawn
   * @throws RsiException if two tasks have one text, naming it
   */
  static <T> @Nullable ListedTasks<T> of(
      TaskSource<T> source, int level, Codec<T, ?> codec, Seeds seeds) {
    List<String> texts = texts(source, level, codec);
    return texts.isEmpty() ? null : new ListedTasks<>(level, texts, codec, seeds);
  }

  private static <T> List<String> texts(TaskSource<T> source, int level, Codec<T, ?> codec) {
    List<String> texts = new ArrayList<>();
    for (T task : source.list(level)) {
      texts.add(RoundTrip.task(codec, task).text());
    }
    Collections.sort(texts);
    for (int i = 1; i < texts.size(); i++) {
      if (texts.get(i).equals(texts.get(i - 1))) {
        throw new RsiException(
            "Two tasks of the list have the same text ("
                + Cut.shown(texts.get(i))
                + "), and a task is told from others by its text.\n"
                + "Maybe they differ in what the codec does not write, as an answer key: keep one.");
      }
    }
    return texts;
  }

  /** SHA-256 over the texts of all lists, whatever their order; null if there is no list. */
  static <T> @Nullable String digest(TaskSource<T> source, int levels, Codec<T, ?> codec) {
    Hasher hasher = Hashing.sha256().newHasher();
    boolean any = false;
    for (int level = 1; level <= levels; level++) {
      for (String text : texts(source, level, codec)) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        hasher.putInt(level).putInt(bytes.length).putBytes(bytes);
        any = true;
      }
    }
    return any ? hasher.hash().toString() : null;
  }

  int size() {
    return order.length;
  }

  /** How many of its tasks were left out when they were met last. */
  int leftOut() {
    return leftOut.cardinality();
  }

  /** How many tasks it has gone through since the run began, those left out too. */
  long passed() {
    return epoch * order.length - (order.length - next);
  }

  /**
   * The next task.
   *
   * @param asking the generation
   * @param mayPractise whether a task is not held out
   * @return null if the generation has had all of them
   * @throws RsiException if every task is held out
   */
  RoundTrip.@Nullable Read<T> next(int asking, Predicate<? super T> mayPractise) {
    if (asking != generation) {
      generation = asking;
      met.clear();
      given = 0;
    }
    while (met.cardinality() < order.length) {
      if (next == order.length) {
        shuffle();
      }
      int task = order[next++];
      met.set(task);
      RoundTrip.Read<T> read = RoundTrip.task(codec, codec.readTask(texts.get(task)));
      boolean may = mayPractise.test(read.value());
      leftOut.set(task, !may);
      if (may) {
        given++;
        return read;
      }
    }
    if (given > 0) {
      return null;
    }
    throw new RsiException(
        "All ("
            + order.length
            + ") tasks of the list"
            + (level == 1 ? "" : " of level " + level)
            + " are held out: each is a probe or an exam task, or near a probe.\n"
            + "Maybe split the data first, as Datasets.split does, and give practice its part; or"
            + " set nearness(1) on the bank where tasks share a long template.");
  }

  /** Tasks that the generation has had, in the order of their texts. */
  List<RoundTrip.Read<T>> had(Predicate<? super T> mayPractise) {
    return met.stream()
        .filter(task -> !leftOut.get(task))
        .mapToObj(task -> RoundTrip.task(codec, codec.readTask(texts.get(task))))
        .filter(task -> mayPractise.test(task.value()))
        .toList();
  }

  /** Another epoch: in a random order, but for those that the generation has met already. */
  private void shuffle() {
    RandomGenerator random = seeds.random("epoch", level, epoch);
    int[] all = new int[order.length];
    for (int i = 0; i < all.length; i++) {
      int j = random.nextInt(i + 1);
      all[i] = all[j];
      all[j] = i;
    }
    int at = 0;
    for (int task : all) {
      if (!met.get(task)) {
        order[at++] = task;
      }
    }
    for (int task : all) {
      if (met.get(task)) {
        order[at++] = task;
      }
    }
    epoch++;
    next = 0;
  }
}

package dev.rsi.core.told;

import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Lesson;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.RoundTrip;
import dev.rsi.core.probe.ProbeBank;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Lessons for a next run, from what users said of answers: for {@link
 * dev.rsi.core.ImprovementLoop.Builder#lessons}. Each word stands for itself, with who said it and
 * when, in the verdict of its attempt.
 *
 * <ul>
 *   <li>Of several words on the same answer to the same task, by their texts, the latest counts; of
 *       two at one instant the worse. So a word is taken back by another.
 *   <li>Tasks that are probes, or {@linkplain ProbeBank#contains near one}, are left out: the model
 *       must not learn what it is judged by.
 *   <li>What the codec cannot write and read back is left out, and logged.
 * </ul>
 *
 * <p>The order is by time, then by text, and the same in whatever order the words come: a run that
 * is resumed needs the lessons that it began with, so keep the words, or tell them by their time.
 *
 * <p>Who may say what is right decides what the model learns. A user's word is no proof: give only
 * those whose word the application would act on, and have the gate judge what comes of it.
 *
 * <p>Immutable and thread-safe.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class ToldLessons<T, C> {
  private final List<Told<T, C>> words;
  private final int repeated;
  private final int heldOut;
  private final int unreadable;

  private ToldLessons(List<Told<T, C>> words, int repeated, int heldOut, int unreadable) {
    this.words = List.copyOf(words);
    this.repeated = repeated;
    this.heldOut = heldOut;
    this.unreadable = unreadable;
  }

  /**
   * Takes what users said.
   *
   * @param codec the generator's
   * @param told what they said, in any order
   * @param probes the loop's
   * @param others more banks whose tasks are held out: the exam's
   */
  @SafeVarargs
  public static <T, C> ToldLessons<T, C> of(
      Codec<T, C> codec,
      Collection<Told<T, C>> told,
      ProbeBank<T, C> probes,
      ProbeBank<T, C>... others) {
    List<ProbeBank<T, C>> banks = new ArrayList<>();
    banks.add(Objects.requireNonNull(probes, "probes"));
    for (ProbeBank<T, C> other : others) {
      banks.add(Objects.requireNonNull(other, "others"));
    }
    Map<Answer, Told<T, C>> latest = new HashMap<>();
    int read = 0;
    int unreadable = 0;
    for (Told<T, C> word : told) {
      try {
        RoundTrip.Read<T> task = RoundTrip.task(codec, word.task());
        RoundTrip.Read<C> candidate = RoundTrip.candidate(codec, word.candidate());
        latest.merge(
            new Answer(task.text(), candidate.text()),
            with(word, task.value(), candidate.value()),
            ToldLessons::later);
        read++;
      } catch (RsiException e) {
        unreadable++;
        LoopLog.LOG.warn("what ({}) told at ({}) is left out", word.by(), word.at(), e);
      }
    }
    Comparator<Map.Entry<Answer, Told<T, C>>> byTime = Comparator.comparing(e -> e.getValue().at());
    List<Told<T, C>> words =
        latest.entrySet().stream()
            .filter(word -> banks.stream().noneMatch(bank -> bank.contains(word.getValue().task())))
            .sorted(
                byTime
                    .thenComparing(word -> word.getKey().task())
                    .thenComparing(word -> word.getKey().candidate()))
            .map(Map.Entry::getValue)
            .toList();
    return new ToldLessons<>(words, read - latest.size(), latest.size() - words.size(), unreadable);
  }

  /** The same answer to the same task, by their texts. */
  private record Answer(String task, String candidate) {}

  private static <T, C> Told<T, C> with(Told<T, C> word, T task, C candidate) {
    return new Told<>(
        task, candidate, word.success(), word.by(), word.at(), word.version(), word.level());
  }

  private static <T, C> Told<T, C> later(Told<T, C> one, Told<T, C> other) {
    Comparator<Told<T, C>> order = Comparator.comparing(Told::at);
    // The rest of the order is only so that there is one.
    return order
                .thenComparing(word -> -word.success())
                .thenComparing(Told::by)
                .thenComparing(Told::version)
                .thenComparing(Told::level)
                .compare(one, other)
            >= 0
        ? one
        : other;
  }

  /** The words that count. */
  public List<Told<T, C>> words() {
    return words;
  }

  /** The lessons that they are where success 1 alone is right. */
  public List<Lesson<T, C>> lessons() {
    return lessons(1);
  }

  /**
   * The lessons that they are: every word of enough success, with its success as weight.
   *
   * @param least success that proves an answer right, over 0 and at most 1
   */
  public List<Lesson<T, C>> lessons(double least) {
    return attempts(least).stream()
        .filter(Attempt::passed)
        .map(attempt -> new Lesson<>(attempt, attempt.verdict().score()))
        .toList();
  }

  /**
   * The attempts that they are, right and wrong.
   *
   * @param least success that proves an answer right, over 0 and at most 1
   */
  public List<Attempt<T, C>> attempts(double least) {
    return words.stream().map(word -> word.attempt(least)).toList();
  }

  /** How many words gave way to a later one on the same answer. */
  public int repeated() {
    return repeated;
  }

  /** How many answers are left out since their tasks are held out, or near one that is. */
  public int heldOut() {
    return heldOut;
  }

  /** How many words are left out since the codec cannot write and read back what they are about. */
  public int unreadable() {
    return unreadable;
  }

  /** What became of the words, in numbers. */
  @Override
  public String toString() {
    return "ToldLessons[words="
        + words.size()
        + ", repeated="
        + repeated
        + ", heldOut="
        + heldOut
        + ", unreadable="
        + unreadable
        + "]";
  }
}

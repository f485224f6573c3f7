package dev.rsi.core.probe;

import dev.rsi.api.Codec;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.probe.DefaultProbeBank;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;

/**
 * Held-out tasks by kind, with the judges that rule on them: a held-out evaluation set. The loop
 * never trains on them or on tasks near them, and never shows them to a trainer. The judges are the
 * bank's own: the verifier that the model is trained by does not rule here, so that a gamed
 * verifier is found out. Field term: held-out evaluation set.
 *
 * <p>A bank that serves every decision tells the loop a little with each answer, and what a gate
 * proves on it is proven of this bank. One that is {@link #renewed} makes way for fresh probes in
 * time, and what is proven on it is proven of everything that its probes are drawn from.
 *
 * <p>Immutable; thread-safe if the judges are.
 *
 * @param <T> task
 * @param <C> candidate
 */
public sealed interface ProbeBank<T, C> permits DefaultProbeBank {
  /** Decisions that a renewed bank serves: enough that most of them need few extra probes. */
  int DEFAULT_DECISIONS = 10;

  /**
   * Refusals that a renewed bank may have given before a decision. Two in ten decisions cost about
   * 4 nats of evidence, some 180 probes where one in twenty-five flips.
   */
  int DEFAULT_REFUSALS = 2;

  /**
   * A bank of skills with one judge for all.
   *
   * @param codec tells tasks apart by their text
   * @param judge rules on probes; it should know the truth
   * @param tasks by kind: at least one kind, at least one task each, no task twice in the whole
   *     bank. The kinds are in the order of their names, numbers in them by value, whatever order
   *     the map has: that of {@link Map#of} is another one in every JVM
   * @throws IllegalArgumentException if a kind is empty or a task appears twice, naming it
   */
  static <T, C> ProbeBank<T, C> of(
      Codec<T, C> codec, Verifier<T, C> judge, Map<String, ? extends List<T>> tasks) {
    Objects.requireNonNull(judge, "judge");
    Map<String, List<T>> inOrder = new TreeMap<>(KindNames.ORDER);
    inOrder.putAll(tasks);
    List<ProbeFamily<T, C>> families = new ArrayList<>();
    inOrder.forEach((kind, list) -> families.add(ProbeFamily.skill(kind, list, judge)));
    return of(codec, families);
  }

  /**
   * A bank of families.
   *
   * @param codec tells tasks apart by their text
   * @param families at least one, with distinct names; no task twice in the whole bank
   * @throws IllegalArgumentException if there is none, or a name or a task appears twice
   */
  static <T, C> ProbeBank<T, C> of(Codec<T, C> codec, List<? extends ProbeFamily<T, C>> families) {
    return DefaultProbeBank.of(codec, families);
  }

  /**
   * This bank with one more answer whose reading is known: before every decision the judges read
   * it, and one that reads it otherwise puts every challenger on HOLD. Give each judge some it must
   * pass and some it must not. The task is no probe.
   *
   * @param kind whose judge is asked
   * @param reading what it must be, in [0, 1], to 1e-9
   * @throws IllegalArgumentException if there is no such kind, the kind compares answers, or the
   *     reading is out of range
   */
  ProbeBank<T, C> knownAnswer(String kind, T task, C candidate, double reading);

  /**
   * This bank, with another share of runs of three words that makes two tasks near each other, and
   * the one a probe that the other may not train for. Tasks of fewer than eight words are near only
   * if they are the same but for case, white space and characters that nobody sees.
   *
   * @param share in (0, 1]; default 0.8. 1 where tasks share a long template and differ in a word
   *     or two, so that most would be near a probe
   */
  ProbeBank<T, C> nearness(double share);

  /**
   * This bank, renewed after {@value #DEFAULT_DECISIONS} decisions or one refusal more than {@value
   * #DEFAULT_REFUSALS}: see {@link #renewed(int, int, BiFunction)}.
   */
  default ProbeBank<T, C> renewed(BiFunction<String, RandomGenerator, T> draw) {
    return renewed(DEFAULT_DECISIONS, DEFAULT_REFUSALS, draw);
  }

  /**
   * This bank, with others to follow it, drawn by the loop under its secret. An eighth of all
   * tasks, told by a keyed hash, is then set apart for probes and never practised. What the loop
   * may have learnt of a bank from its answers is paid for: a decision may spend the {@code n}-th
   * part of what it otherwise might, where {@code n} counts the histories of answers that the bank
   * may have given before it (description length: Dwork et al., arXiv 1506.02629).
   *
   * @param decisions that a bank serves at most, 1 or more
   * @param refusals that it may have given before a decision, 0 or more; with 0 a bank ends with
   *     its first refusal, and nothing is to be paid
   * @param draw a fresh task of a kind, by the kind and the randomness alone; asked until one is
   *     found that may be used
   * @throws IllegalArgumentException if a kind cannot be drawn afresh, naming it
   */
  ProbeBank<T, C> renewed(int decisions, int refusals, BiFunction<String, RandomGenerator, T> draw);

  /** How tasks and candidates are written. */
  Codec<T, C> codec();

  /** The kinds of probes by name, in order. */
  Map<String, ProbeFamily<T, C>> families();

  /** How many tasks there are in all kinds together. */
  int size();

  /**
   * Whether the task is in the bank or near a task of it, and so must not be practised. Tasks are
   * near if their texts are the same but for case, white space and characters that nobody sees or,
   * from eight words on, have four fifths of their runs of three words in common, or as {@link
   * #nearness} says.
   */
  boolean contains(T task);

  /**
   * SHA-256 over the kinds, their margins, all tasks and known answers. Made anew at every call, so
   * that a task that was changed is found out. Says nothing of a judge's code; known answers do.
   */
  String digest();
}

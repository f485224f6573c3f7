package dev.rsi.core.gate;

import dev.rsi.api.Codec;
import dev.rsi.api.Verifier;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Held-out tasks by kind, with the judge that rules on them. The loop never trains on them or on
 * tasks near them, and never shows them to a trainer. The judge is the bank's own: the verifier
 * that the model is trained by does not rule here, so that a gamed verifier is found out.
 *
 * <p>Immutable; thread-safe if the judge is.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class ProbeBank<T, C> {
  private final Codec<T, C> codec;
  private final Verifier<T, C> judge;
  private final Map<String, List<T>> tasks;
  private final int size;
  private final NearDuplicates texts;

  private ProbeBank(
      Codec<T, C> codec, Verifier<T, C> judge, Map<String, List<T>> tasks, Set<String> texts) {
    this.codec = codec;
    this.judge = judge;
    this.tasks = tasks;
    this.size = texts.size();
    this.texts = new NearDuplicates(texts);
  }

  /**
   * A bank.
   *
   * @param codec tells tasks apart by their text
   * @param judge rules on probes; it should know the truth
   * @param tasks by kind, in a map whose order is fixed and is that of the kinds: at least one
   *     kind, at least one task each, no task twice in the whole bank
   * @throws IllegalArgumentException if a kind is empty or a task appears twice, naming it
   */
  public static <T, C> ProbeBank<T, C> of(
      Codec<T, C> codec, Verifier<T, C> judge, Map<String, ? extends List<T>> tasks) {
    Objects.requireNonNull(codec, "codec");
    Objects.requireNonNull(judge, "judge");
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("A probe bank needs at least one kind of probes.");
    }
    Map<String, List<T>> copy = new LinkedHashMap<>();
    Set<String> texts = new HashSet<>();
    tasks.forEach(
        (kind, list) -> {
          if (kind.isBlank()) {
            throw new IllegalArgumentException("A probe kind's name must not be blank.");
          }
          if (list.isEmpty()) {
            throw new IllegalArgumentException("Probe kind (" + kind + ") has no tasks.");
          }
          for (T task : list) {
            String text = codec.writeTask(task);
            if (!texts.add(text)) {
              throw new IllegalArgumentException(
                  "Task ("
                      + text
                      + ") of probe kind ("
                      + kind
                      + ") is in the bank twice.\nMaybe draw probes without replacement.");
            }
          }
          copy.put(kind, List.copyOf(list));
        });
    return new ProbeBank<>(codec, judge, Collections.unmodifiableMap(copy), texts);
  }

  /** The tasks by kind, in the order of the kinds. */
  public Map<String, List<T>> tasks() {
    return tasks;
  }

  /** Who rules on them. */
  public Verifier<T, C> judge() {
    return judge;
  }

  /** How many tasks there are in all kinds together. */
  public int size() {
    return size;
  }

  /**
   * Whether the task is in the bank or near one that is, and so must not be practised: learning it
   * would be learning the probe.
   *
   * <p>Near are texts that differ in nothing but Unicode compatibility forms, upper and lower case,
   * and white space; and texts of 8 words or more that share 80 % of all their runs of 3 words. Of
   * tasks shorter than that, such as sums, only the same are near. Tasks made from one long
   * template can thus all be near each other: hold out whole templates then.
   */
  public boolean contains(T task) {
    return texts.near(codec.writeTask(task));
  }
}

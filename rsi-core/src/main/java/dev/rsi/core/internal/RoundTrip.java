package dev.rsi.core.internal;

import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Described;
import dev.rsi.api.Output;
import dev.rsi.api.RsiException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a codec reads back from what it wrote. A task or candidate may be any object: one that says
 * that it equals everything, or changes once it was ruled on. So whatever comes from outside is
 * written down, and only what is read from that is judged, recorded, handed on and trained on.
 */
public final class RoundTrip {
  private RoundTrip() {}

  /**
   * A value as the codec reads it.
   *
   * @param text what the codec wrote, and would write again
   */
  public record Read<V>(V value, String text) {}

  /**
   * A task as the codec reads it back.
   *
   * @throws RsiException if the codec fails, or writes otherwise what it read, naming it
   */
  public static <T> Read<T> task(Codec<T, ?> codec, T task) {
    return read("task", codec, task, codec::writeTask, codec::readTask);
  }

  /**
   * A candidate as the codec reads it back.
   *
   * @throws RsiException if the codec fails, or writes otherwise what it read, naming it
   */
  public static <C> Read<C> candidate(Codec<?, C> codec, C candidate) {
    return read("candidate", codec, candidate, codec::writeCandidate, codec::readCandidate);
  }

  /** A task of its own, as the codec reads it back from what it writes of one that it read. */
  public static <T> T copy(Codec<T, ?> codec, T task) {
    return codec.readTask(codec.writeTask(task));
  }

  /**
   * An attempt, its task and candidate as the codec reads them back: whoever gets it may change
   * them.
   *
   * @throws RsiException if the codec fails, or writes otherwise what it read, naming it
   */
  public static <T, C> Attempt<T, C> attempt(Codec<T, C> codec, Attempt<T, C> attempt) {
    C candidate = attempt.candidate();
    return new Attempt<>(
        task(codec, attempt.task()).value(),
        candidate == null
            ? attempt.output()
            : Output.of(candidate(codec, candidate).value(), attempt.output().cost()),
        attempt.verdict(),
        attempt.critique(),
        attempt.level(),
        attempt.generation(),
        attempt.seed(),
        attempt.cost());
  }

  /**
   * The output with the candidate that the codec reads back; malformed, with the reason, if none.
   */
  public static <C> Output<C> output(Codec<?, C> codec, Output<C> output) {
    C candidate = output.candidate();
    if (candidate == null) {
      return output;
    }
    try {
      return Output.of(candidate(codec, candidate).value(), output.cost());
    } catch (RsiException e) {
      return Output.malformed(String.valueOf(e.getMessage()), output.cost());
    }
  }

  private static <V> Read<V> read(
      String what,
      Codec<?, ?> codec,
      V value,
      Function<? super V, ? extends @Nullable String> write,
      Function<? super String, ? extends @Nullable V> read) {
    String text = done(what, codec, "write", () -> write.apply(value));
    V back = done(what, codec, "read back", () -> read.apply(text));
    String again = done(what, codec, "write again", () -> write.apply(back));
    if (!again.equals(text)) {
      throw new RsiException(
          "The codec ("
              + Described.className(codec)
              + ") wrote the "
              + what
              + " ("
              + Cut.shown(text)
              + "), and what it read from that it writes as ("
              + Cut.shown(again)
              + ").\nMaybe reading drops or changes what writing keeps: both have to be inverse to"
              + " each other.");
    }
    return new Read<>(back, text);
  }

  private static <R> R done(
      String what, Codec<?, ?> codec, String how, Supplier<? extends @Nullable R> step) {
    Throwable cause = null;
    try {
      R result = step.get();
      if (result != null) {
        return result;
      }
    } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError e) {
      cause = e;
    }
    throw new RsiException(
        "The codec ("
            + Described.className(codec)
            + ") could not "
            + how
            + " the "
            + what
            + ": "
            + (cause == null ? "it gave null" : Cut.text(cause.toString()))
            + ".\nMaybe it was made for others: it has to read whatever it wrote.",
        cause);
  }
}

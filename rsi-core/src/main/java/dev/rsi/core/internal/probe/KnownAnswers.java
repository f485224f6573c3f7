package dev.rsi.core.internal.probe;

import dev.rsi.api.Calls;
import dev.rsi.api.CancelledException;
import dev.rsi.api.Codec;
import dev.rsi.api.Output;
import dev.rsi.api.PartException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/** Answers whose reading is known, which the judges of a bank are checked by. Immutable. */
public final class KnownAnswers<T, C> {
  private final List<Known<T, C>> all;

  private record Known<T, C>(String kind, Form<T, C> form, T task, C candidate, double reading) {}

  private KnownAnswers(List<Known<T, C>> all) {
    this.all = List.copyOf(all);
  }

  static <T, C> KnownAnswers<T, C> none() {
    return new KnownAnswers<>(List.of());
  }

  /** These and one more. */
  KnownAnswers<T, C> and(String kind, Form<T, C> form, T task, C candidate, double reading) {
    if (!(reading >= 0 && reading <= 1)) {
      throw new IllegalArgumentException("reading (" + reading + ") must be in [0, 1].");
    }
    List<Known<T, C>> more = new ArrayList<>(all);
    more.add(new Known<>(kind, form, task, candidate, reading));
    return new KnownAnswers<>(more);
  }

  int size() {
    return all.size();
  }

  /** How judges are asked about a known answer. */
  public interface Asking {
    /**
     * Asks them.
     *
     * @param kind the kind of probes that they judge
     * @param calls how they may be called
     * @param reading asks them; may throw
     * @return empty if they broke, or took too long
     */
    OptionalDouble ask(String kind, Calls calls, Supplier<OptionalDouble> reading);
  }

  /** Those that the judges, asked anew, read otherwise, in words. */
  List<String> contradictions(Codec<T, C> codec, Asking asking) {
    List<String> wrong = new ArrayList<>();
    for (Known<T, C> known : all) {
      OptionalDouble reading =
          asking.ask(
              known.kind,
              known.form.calling(),
              () ->
                  known.form.read(
                      List.of(known.task), List.of(Output.of(known.candidate, 0)), cost -> {}));
      if (reading.isEmpty() || Math.abs(reading.getAsDouble() - known.reading) > 1e-9) {
        wrong.add(
            known.kind
                + " reads ("
                + (reading.isEmpty() ? "nothing" : reading.getAsDouble())
                + ") on a known answer of ("
                + known.reading
                + "), task ("
                + codec.writeTask(known.task)
                + ")");
      }
    }
    return List.copyOf(wrong);
  }

  /** On the calling thread; a judge or a function that breaks reads nothing. */
  static OptionalDouble askedHere(String kind, Calls calls, Supplier<OptionalDouble> reading) {
    try {
      return reading.get();
    } catch (CancelledException e) {
      throw e;
    } catch (Throwable e) {
      var unused = PartException.of(e);
      return OptionalDouble.empty();
    }
  }

  void putInto(Digest digest, Codec<T, C> codec) {
    for (Known<T, C> known : all) {
      digest.put(known.kind);
      digest.put(codec.writeTask(known.task));
      digest.put(codec.writeCandidate(known.candidate));
      digest.put(known.reading);
    }
  }
}

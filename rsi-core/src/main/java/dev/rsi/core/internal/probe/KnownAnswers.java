package dev.rsi.core.internal.probe;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Codec;
import dev.rsi.api.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Answers whose reading is known, which the judges of a bank are checked by. Immutable. */
final class KnownAnswers<T, C> {
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

  /** Those that the judges, asked anew, read otherwise, in words. */
  List<String> contradictions(Codec<T, C> codec) {
    List<String> wrong = new ArrayList<>();
    for (Known<T, C> known : all) {
      OptionalDouble reading = read(known);
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

  /** A judge or a function that breaks reads nothing. */
  private static <T, C> OptionalDouble read(Known<T, C> known) {
    try {
      return known.form.read(List.of(known.task), List.of(Output.of(known.candidate, 0)));
    } catch (CancelledException e) {
      throw e;
    } catch (RuntimeException e) {
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

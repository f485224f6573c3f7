package dev.rsi.core.internal.calls;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lists that parts gave. */
final class Lists {
  private Lists() {}

  /** A copy, which stays what was given and may be asked whether it holds null. */
  static <E> @Nullable List<E> copy(@Nullable List<E> given) {
    return given == null ? null : new ArrayList<>(given);
  }

  /**
   * What a call gave for each of its attempts. Where it gave something else, or nothing, all of
   * them are undecided.
   *
   * @param part who was called, for people
   * @param undecided makes what is undecided for a reason
   */
  static <E> List<E> each(
      Answer<List<E>> answer, int count, String part, Function<String, E> undecided) {
    List<E> given = answer.value();
    if (given != null && given.size() == count && !given.contains(null)) {
      return given;
    }
    String reason =
        switch (answer.kind()) {
          case GIVEN -> "gave nothing for each of " + count + " candidates";
          case THREW -> "threw " + answer.thrown();
          case LATE -> "took too long, and was cut";
        };
    return Collections.nCopies(count, undecided.apply("the " + part + " " + reason));
  }
}

package dev.rsi.examples.addition;

import dev.rsi.api.Lesson;
import dev.rsi.api.TaskSource;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.verify.Verifiers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** The additions of one run, by what they are for. None is for two things. */
public final class Additions {
  private Additions() {}

  /** Practice: level n is n digits. */
  public static TaskSource<Addition> practice(int levels) {
    return new TaskSource<>() {
      @Override
      public int levels() {
        return levels;
      }

      @Override
      public Addition draw(int level, RandomGenerator random) {
        return Addition.draw(level, random);
      }
    };
  }

  /**
   * Held-out additions, a kind per length.
   *
   * @param from digits of the shortest
   * @param to digits of the longest
   * @param count additions per length
   * @param taken what must not be in the bank
   */
  public static ProbeBank<Addition, String> heldOut(
      int from, int to, int count, long seed, Predicate<Addition> taken) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, List<Addition>> kinds = new LinkedHashMap<>();
    for (int digits = from; digits <= to; digits++) {
      Set<Addition> drawn = new HashSet<>();
      List<Addition> kind = new ArrayList<>();
      while (kind.size() < count) {
        Addition addition = Addition.draw(digits, random);
        if (!taken.test(addition) && drawn.add(addition)) {
          kind.add(addition);
        }
      }
      kinds.put(kind(digits), kind);
    }
    return ProbeBank.of(AdditionCodec.INSTANCE, Verifiers.exact(Addition::sum), kinds);
  }

  /** The name of a length's kind. */
  public static String kind(int digits) {
    return digits + " digits";
  }

  /**
   * Additions with their sums, as a person might give them to begin with.
   *
   * @param to digits of the longest; every length from 1 has the same count
   * @param count lessons per length; lengths with fewer additions repeat some
   * @param taken what must not be among them
   */
  public static List<Lesson<Addition, String>> given(
      int to, int count, long seed, Predicate<Addition> taken) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Lesson<Addition, String>> lessons = new ArrayList<>();
    for (int digits = 1; digits <= to; digits++) {
      for (int i = 0; i < count; ) {
        Addition addition = Addition.draw(digits, random);
        if (!taken.test(addition)) {
          lessons.add(Lesson.given(addition, addition.sum(), digits));
          i++;
        }
      }
    }
    return lessons;
  }
}

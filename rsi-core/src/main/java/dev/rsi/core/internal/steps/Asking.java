package dev.rsi.core.internal.steps;

import dev.rsi.api.RsiException;
import dev.rsi.core.internal.calls.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Asks a part, and asks again what came to nothing through nobody's fault. What was answered is
 * never asked again.
 *
 * <p>An outage and an item that can never be answered look the same, one by one. So what failed
 * counts as failed only beside something that was answered in the same batch: the part was there
 * then. Where all failed, it is asked once more together with what it answered last, and where that
 * fails too, or it said itself that it cannot be reached, it is waited for; and where the run was
 * left for the same failure before, it counts as failed. Used by the run's thread alone.
 *
 * @param <I> what the part is asked about in one call
 * @param <R> what a call gives
 */
public final class Asking<I, R> {
  /**
   * How often an item is asked about at most while others are answered: of calls that fail in
   * passing one in ten, one item in 100 million is missed.
   */
  public static final int MOST = 8;

  /** What came of a call. */
  public enum Came {
    ANSWERED,
    /** Nothing, in passing by all signs: asked again also where others were answered. */
    PASSING,
    /** Nothing, maybe for good: asked again only where nothing at all was answered. */
    LASTING
  }

  private final Outages outages;
  private final String part;
  private final Function<? super Answer<R>, Came> came;
  private @Nullable I known;

  /**
   * Asks a part.
   *
   * @param part who, in words
   * @param came what came of a call
   */
  public Asking(Outages outages, String part, Function<? super Answer<R>, Came> came) {
    this.outages = outages;
    this.part = part;
    this.came = came;
  }

  /** An item was answered before, maybe by another process: the part was there then. */
  public void answered(I item) {
    known = item;
  }

  /**
   * Whether a failure says of itself that the same call may succeed later.
   *
   * @param otherwise what came of calls that failed and do not say so
   */
  public static Came failed(Answer<?> answer, Came otherwise) {
    return isDeclared(answer) ? Came.PASSING : otherwise;
  }

  private static boolean isDeclared(Answer<?> answer) {
    return answer.thrown() instanceof RsiException rsi && rsi.retryable();
  }

  /**
   * Asks about items.
   *
   * @param again takes what asking again costs out of the budget, told what came to nothing; false
   *     if there is no room for it
   * @param ask makes the calls, and gives an answer for each item in order
   * @return an answer for each item, in order
   * @throws LeavingException if the part does not come back in time
   */
  public List<Answer<R>> all(
      List<I> items, Predicate<List<Answer<R>>> again, Function<List<I>, List<Answer<R>>> ask) {
    List<Answer<R>> answers = new ArrayList<>(ask.apply(items));
    List<Answer<R>> last = answers;
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      open.add(i);
    }
    Outages.Outage outage = outages.of(part);
    int asked = 0;
    boolean looked = false;
    while (true) {
      open.removeIf(i -> isAnswered(items, answers, i));
      if (open.isEmpty()) {
        outage.over();
        return answers;
      }
      boolean isThere =
          last.stream().anyMatch(answer -> came.apply(answer) == Came.ANSWERED)
              || isLone(items, answers)
              || isLasting(open.stream().map(answers::get).toList(), outage);
      if (isThere) {
        outage.over();
        asked++;
        open.removeIf(i -> came.apply(answers.get(i)) != Came.PASSING);
        if (open.isEmpty() || asked >= MOST) {
          return answers;
        }
      }
      List<Answer<R>> lost = open.stream().map(answers::get).toList();
      if (!isThere && !looked && known != null && lost.stream().noneMatch(Asking::isDeclared)) {
        // Few items, maybe one, that can never be answered: what was answered before tells.
        looked = true;
      } else if (!isThere) {
        outage.await(reason(lost), lost.stream().anyMatch(this::mayPass), pause(lost), () -> false);
      }
      if (!again.test(lost)) {
        if (isThere) {
          return answers;
        }
        throw outage.unpaid(reason(lost));
      }
      List<I> next = new ArrayList<>(open.stream().map(items::get).toList());
      if (known != null) {
        next.add(known);
      }
      last = ask.apply(next);
      for (int k = 0; k < open.size(); k++) {
        answers.set(open.get(k), last.get(k));
      }
    }
  }

  /**
   * Whether all that failed did so before the run was left for it, and says of none that it may.
   */
  private boolean isLasting(List<Answer<R>> lost, Outages.Outage outage) {
    return known == null
        && lost.stream().allMatch(answer -> came.apply(answer) == Came.LASTING)
        && outage.wasLeftFor(reason(lost));
  }

  /**
   * Whether there is nothing by which an item that can never be answered could be told from an
   * outage, as where a run is resumed right before it: then it counts as failed, or the run would
   * never get beyond it, and an outage costs this one.
   */
  private boolean isLone(List<I> items, List<Answer<R>> answers) {
    return known == null && items.size() == 1 && !isDeclared(answers.get(0));
  }

  private boolean isAnswered(List<I> items, List<Answer<R>> answers, int item) {
    boolean answered = came.apply(answers.get(item)) == Came.ANSWERED;
    if (answered) {
      known = items.get(item);
    }
    return answered;
  }

  /** Whether a failure may pass by all signs: it says so, took too long, or was lost. */
  private boolean mayPass(Answer<R> answer) {
    return isDeclared(answer)
        || answer.kind() == Answer.Kind.LATE
        || (answer.kind() == Answer.Kind.GIVEN && came.apply(answer) == Came.PASSING);
  }

  /** What failed last said of itself. */
  private static String reason(List<? extends Answer<?>> lost) {
    Answer<?> answer = lost.get(lost.size() - 1);
    return switch (answer.kind()) {
      case GIVEN -> "it gave " + answer.value();
      case THREW -> "it threw " + answer.thrown();
      case LATE -> "it took too long, and was cut";
    };
  }

  /** The longest that any call asked to wait. */
  public static Duration pause(List<? extends Answer<?>> lost) {
    Duration longest = Duration.ZERO;
    for (Answer<?> answer : lost) {
      Duration asked = pause(answer.thrown());
      longest = asked.compareTo(longest) > 0 ? asked : longest;
    }
    return longest;
  }

  /** How long a failure asks to wait. */
  public static Duration pause(@Nullable Throwable failure) {
    return failure instanceof RsiException rsi
        ? rsi.retryAfter().orElse(Duration.ZERO)
        : Duration.ZERO;
  }
}

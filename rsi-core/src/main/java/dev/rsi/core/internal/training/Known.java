package dev.rsi.core.internal.training;

import dev.rsi.core.report.RunEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the calls of a training came to, in this process or in one before it. A training that is
 * done again takes its answers from here: of equal calls the first gets what the first got, and so
 * on. Used by the run's thread alone.
 */
final class Known {
  private final Map<String, List<RunEvent>> answers = new HashMap<>();
  private final Map<String, Integer> taken = new HashMap<>();

  /** The training begins, maybe again. */
  void begin() {
    taken.clear();
  }

  /** What came of a call when the training was done before; null if it was not made then. */
  @Nullable RunEvent take(String call) {
    List<RunEvent> own = answers.getOrDefault(call, List.of());
    int next = taken.getOrDefault(call, 0);
    if (next >= own.size()) {
      return null;
    }
    taken.put(call, next + 1);
    return own.get(next);
  }

  /** A call was made in another process. */
  void add(RunEvent answer) {
    answers.computeIfAbsent(call(answer), call -> new ArrayList<>()).add(answer);
  }

  /** A call was made now, and its answer taken. */
  void made(RunEvent answer) {
    add(answer);
    taken.merge(call(answer), 1, Integer::sum);
  }

  private static String call(RunEvent answer) {
    if (answer instanceof RunEvent.Attempted attempt) {
      return attempt(String.valueOf(attempt.draft()), attempt.task(), attempt.seed());
    }
    return reply(((RunEvent.Replied) answer).request());
  }

  /** How an attempt is told from others. */
  static String attempt(String draft, String task, long seed) {
    return "attempt " + draft + " " + seed + " " + task;
  }

  /**
   * How a request to another model is.
   *
   * @param request its SHA-256
   */
  static String reply(String request) {
    return "reply " + request;
  }

  /** Whether an event is what came of a training's call. */
  static boolean is(RunEvent event) {
    return event instanceof RunEvent.Replied
        || (event instanceof RunEvent.Attempted attempt
            && attempt.stage() == RunEvent.Stage.TRAINING);
  }
}

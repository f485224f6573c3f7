package dev.rsi.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What the scripted fakes share: a record of calls, and faults at chosen ones. Thread-safe; calls
 * are numbered from 1 in the order in which they arrive.
 */
final class Script<I, R> {
  private final List<I> calls = new ArrayList<>();
  private final Map<Integer, Function<Supplier<R>, R>> faults = new HashMap<>();

  /** Records a call and answers it, unless its fault answers instead. */
  R play(I call, Supplier<R> answer) {
    Function<Supplier<R>, R> fault;
    synchronized (this) {
      calls.add(call);
      fault = faults.getOrDefault(calls.size(), Supplier::get);
    }
    return fault.apply(answer);
  }

  synchronized void alter(int call, UnaryOperator<R> change) {
    faults.put(Checks.atLeast(1, call, "call"), answer -> change.apply(answer.get()));
  }

  synchronized void breakOff(int call, RuntimeException exception) {
    faults.put(
        Checks.atLeast(1, call, "call"),
        answer -> {
          throw exception;
        });
  }

  @SuppressWarnings("NullAway") // The null that no implementation may return is the fault.
  synchronized void giveNull(int call) {
    faults.put(Checks.atLeast(1, call, "call"), answer -> null);
  }

  synchronized List<I> calls() {
    return List.copyOf(calls);
  }
}

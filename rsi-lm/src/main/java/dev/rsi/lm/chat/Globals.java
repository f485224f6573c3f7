package dev.rsi.lm.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The functions that every template may call. */
final class Globals {
  static final Set<String> NAMES =
      Set.of("dict", "namespace", "raise_exception", "range", "strftime_now");

  private Globals() {}

  static Scope scope(Run run) {
    Scope scope = new Scope(null);
    scope.set("raise_exception", (Callable) Globals::raise);
    scope.set("namespace", (Callable) Globals::namespace);
    scope.set("dict", (Callable) Globals::dict);
    scope.set("range", (Callable) Globals::range);
    if (run.clock != null) {
      scope.set(
          "strftime_now",
          (Callable) (now, a) -> Dates.now(now, Values.string(a.need(0, "format"))));
    }
    return scope;
  }

  private static Object raise(Run run, Arguments arguments) {
    String message = Values.text(run, arguments.need(0, "message"));
    throw new Fault(
            "the template turns these messages away: "
                + message.substring(0, Math.min(300, message.length())),
            "the messages are of roles or in an order that the model was not trained on",
            true)
        .at(run.line, "raise_exception");
  }

  private static Object namespace(Run run, Arguments arguments) {
    Namespace namespace = new Namespace();
    if (!arguments.placed().isEmpty()) {
      if (!(arguments.placed().get(0) instanceof Map<?, ?> map)) {
        throw new Fault("a namespace is made of a mapping or of names");
      }
      map.forEach((name, value) -> namespace.set(Values.string(name), value));
    }
    arguments.named().forEach(namespace::set);
    return namespace;
  }

  private static Object dict(Run run, Arguments arguments) {
    Map<Object, Object> made = new LinkedHashMap<>();
    if (!arguments.placed().isEmpty()) {
      if (!(arguments.placed().get(0) instanceof Map<?, ?> map)) {
        throw new Fault("a mapping is made of a mapping or of names");
      }
      run.work(map.size());
      made.putAll(map);
    }
    made.putAll(arguments.named());
    return made;
  }

  private static Object range(Run run, Arguments arguments) {
    arguments.only(3);
    List<Object> given = arguments.placed();
    long first = Values.whole(arguments.need(0, "stop"));
    long begin = given.size() > 1 ? first : 0;
    long end = given.size() > 1 ? Values.whole(given.get(1)) : first;
    long step = given.size() > 2 ? Values.whole(given.get(2)) : 1;
    if (step == 0) {
      throw new Fault("the step of a range is zero");
    }
    List<Object> numbers = new ArrayList<>();
    for (long i = begin; step > 0 ? i < end : i > end; i += step) {
      // The reference ends here too.
      if (numbers.size() >= 100_000) {
        throw new Fault("a range of more than the (100000) numbers that are known");
      }
      numbers.add(i);
      if (step > 0 ? i > Long.MAX_VALUE - step : i < Long.MIN_VALUE - step) {
        break;
      }
    }
    run.work((long) numbers.size() * Run.OBJECT / 2);
    return numbers;
  }
}

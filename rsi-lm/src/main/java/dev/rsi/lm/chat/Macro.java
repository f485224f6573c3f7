package dev.rsi.lm.chat;

import java.util.List;
import java.util.Map;

/**
 * A part of a template that can be called.
 *
 * @param levels how deep a call of it may nest by itself
 */
record Macro(
    String name,
    List<String> parameters,
    Map<String, Expression> defaults,
    Statement body,
    int levels) {
  /** What a call and its tags around tags add to the levels of an expression. */
  static final int FRAMES = 30;

  /** The macro as it is called where it was met. */
  Callable in(Scope scope) {
    return (run, arguments) -> text(run, scope, arguments);
  }

  private String text(Run run, Scope outer, Arguments arguments) {
    if (arguments.placed().size() > parameters.size()) {
      throw new Fault(
          "the macro (" + name + ") takes " + parameters + ", given: " + arguments.placed().size());
    }
    for (String given : arguments.named().keySet()) {
      if (!parameters.contains(given) && !given.equals("caller")) {
        throw new Fault("the macro (" + name + ") takes " + parameters + ", not (" + given + ")");
      }
    }
    run.enter(levels);
    int line = run.line;
    Scope scope = new Scope(outer);
    Object caller = arguments.named().get("caller");
    if (caller != null) {
      scope.set("caller", caller);
    }
    for (int i = 0; i < parameters.size(); i++) {
      String parameter = parameters.get(i);
      Object given = arguments.find(i, parameter);
      Expression otherwise = defaults.get(parameter);
      if (given == null) {
        given = otherwise == null ? Undefined.name(parameter) : otherwise.of(run, scope);
      }
      scope.set(parameter, given);
    }
    StringBuilder out = new StringBuilder();
    body.run(run, scope, out);
    run.leave(levels);
    run.line = line;
    return out.toString();
  }
}

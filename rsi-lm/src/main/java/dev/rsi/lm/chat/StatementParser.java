package dev.rsi.lm.chat;

import dev.rsi.lm.chat.Statement.Flow;
import dev.rsi.lm.chat.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses a template. */
final class StatementParser {
  private static final String TAGS =
      "break, call, continue, filter, for, generation, if, macro, raw, set, with";

  private final Cursor cursor;
  private final ExpressionParser expressions;

  /** What a template gives a value to, and may therefore call. */
  private final Set<String> assigned = new HashSet<>();

  /** The most levels that a tag of the macro at hand adds. */
  private int largest;

  private int loops;
  private String stop = "";

  private StatementParser(Cursor cursor) {
    this.cursor = cursor;
    this.expressions = new ExpressionParser(cursor);
  }

  static Statement parse(String template) {
    StatementParser parser = new StatementParser(new Cursor(Lexer.tokens(template)));
    Statement all = parser.block(Set.of());
    Set<String> known = new HashSet<>(Globals.NAMES);
    known.addAll(parser.assigned);
    parser.expressions.called().forEach((name, line) -> parser.know(known, name, line));
    return all;
  }

  private void know(Set<String> known, String name, int line) {
    if (!known.contains(name)) {
      throw new Fault(
              "the function (" + name + ") is not known; known: " + Tests.known(known),
              "the template is of a newer make",
              false)
          .at(line, name + "()");
    }
  }

  /** Statements up to one of some tags, whose name is then {@link #stop}. */
  private Statement block(Set<String> ends) {
    cursor.deeper();
    List<Statement> all = new ArrayList<>();
    while (true) {
      Token token = cursor.next();
      switch (token.kind()) {
        case TEXT -> all.add(text(token));
        case PRINT -> all.add(print(token));
        case TAG -> {
          cursor.begin();
          Token name = cursor.peek();
          if (name.kind() != Kind.NAME) {
            throw cursor.unexpected("the name of a tag");
          }
          cursor.next();
          if (ends.contains(name.text())) {
            stop = name.text();
            cursor.shallower();
            return sequence(all);
          }
          all.add(tag(name));
        }
        default -> {
          if (!ends.isEmpty()) {
            throw cursor.fault(token.shown(), "one of " + ends + " is missing");
          }
          cursor.shallower();
          return sequence(all);
        }
      }
    }
  }

  private static Statement sequence(List<Statement> all) {
    List<Statement> statements = List.copyOf(all);
    return (run, scope, out) -> {
      for (Statement statement : statements) {
        Flow flow = statement.run(run, scope, out);
        if (flow != Flow.NEXT) {
          return flow;
        }
      }
      return Flow.NEXT;
    };
  }

  private Statement block(String end) {
    Statement block = block(Set.of(end));
    cursor.need(Kind.TAG_END);
    return block;
  }

  private static Statement text(Token token) {
    return guarded(
        token.line(),
        0,
        "text",
        (run, scope, out) -> {
          run.write(out, token.text());
          return Flow.NEXT;
        });
  }

  /** Says where the template is, and which tag was at fault. */
  private static Statement guarded(int line, int nodes, String construct, Statement statement) {
    return (run, scope, out) -> {
      try {
        run.at(line, 1 + nodes);
        return statement.run(run, scope, out);
      } catch (Fault e) {
        throw e.at(run.line, construct);
      }
    };
  }

  /** Ends a tag's head. */
  private int head(Kind end) {
    cursor.need(end);
    largest = Math.max(largest, cursor.nodes());
    return cursor.nodes();
  }

  private Statement print(Token token) {
    cursor.begin();
    String first = cursor.peek().text();
    Expression value = expressions.tuple();
    int nodes = head(Kind.PRINT_END);
    return guarded(
        token.line(),
        nodes,
        "{{ " + Values.shown(first) + " ... }}",
        (run, scope, out) -> {
          run.write(out, Values.text(run, value.of(run, scope)));
          return Flow.NEXT;
        });
  }

  private Statement tag(Token name) {
    Statement tag =
        switch (name.text()) {
          case "if" -> condition();
          case "for" -> loop();
          case "set" -> set();
          case "with" -> with();
          case "macro" -> macro();
          case "call" -> call();
          case "filter" -> filter();
          case "generation" -> {
            head(Kind.TAG_END);
            Statement body = block("endgeneration");
            yield (run, scope, out) -> body.run(run, new Scope(scope), out);
          }
          case "break", "continue" -> {
            head(Kind.TAG_END);
            if (loops == 0) {
              throw cursor.fault(name.text(), "it stands in no loop");
            }
            Flow flow = name.text().equals("break") ? Flow.BREAK : Flow.CONTINUE;
            yield (run, scope, out) -> flow;
          }
          default ->
              throw new Fault(
                      "the tag ("
                          + Values.shown(name.text())
                          + ") is not known here; known: "
                          + TAGS,
                      "an end is missing before it, or the template is of a newer make",
                      false)
                  .at(name.line(), name.text());
        };
    return guarded(name.line(), 0, name.text(), tag);
  }

  /** A condition of a tag in the middle, with its own line. */
  private record Branch(int line, int nodes, @Nullable Expression condition, Statement body) {}

  private Statement condition() {
    List<Branch> branches = new ArrayList<>();
    do {
      int line = cursor.peek().line();
      Expression condition = stop.equals("else") ? null : expressions.tuple();
      int nodes = head(Kind.TAG_END);
      Set<String> ends = condition == null ? Set.of("endif") : Set.of("elif", "else", "endif");
      branches.add(new Branch(line, nodes, condition, branchBody(ends)));
    } while (!stop.equals("endif"));
    cursor.need(Kind.TAG_END);
    stop = "";
    return (run, scope, out) -> {
      for (Branch branch : branches) {
        run.at(branch.line, branch.nodes);
        if (branch.condition == null || Values.isTrue(branch.condition.of(run, scope))) {
          return branch.body.run(run, scope, out);
        }
      }
      return Flow.NEXT;
    };
  }

  private Statement branchBody(Set<String> ends) {
    stop = "";
    Statement body = block(ends);
    return body;
  }

  private List<String> targets() {
    boolean bracket = cursor.operator("(");
    List<String> names = new ArrayList<>();
    do {
      names.add(cursor.name());
    } while (cursor.operator(",") && cursor.peek().kind() == Kind.NAME && !cursor.isWord("in"));
    if (bracket) {
      cursor.need(")");
    }
    assigned.addAll(names);
    return names;
  }

  private static void assign(Run run, Scope scope, List<String> names, Object value) {
    if (names.size() == 1) {
      scope.set(names.get(0), value);
      return;
    }
    List<Object> parts = Values.elements(run, value);
    if (parts.size() != names.size()) {
      throw new Fault(names + " are " + names.size() + " names for " + parts.size() + " values");
    }
    for (int i = 0; i < names.size(); i++) {
      scope.set(names.get(i), parts.get(i));
    }
  }

  private Statement loop() {
    List<String> names = targets();
    if (!cursor.word("in")) {
      throw cursor.unexpected("(in)");
    }
    Expression source = expressions.source();
    Expression filter = cursor.word("if") ? expressions.expression() : null;
    if (cursor.isWord("recursive")) {
      throw cursor.fault("recursive", "a loop that calls itself is not known; a macro may");
    }
    int nodes = head(Kind.TAG_END);
    loops++;
    Statement body = block(Set.of("else", "endfor"));
    loops--;
    Statement otherwise = null;
    if (stop.equals("else")) {
      cursor.need(Kind.TAG_END);
      otherwise = block(Set.of("endfor"));
    }
    cursor.need(Kind.TAG_END);
    stop = "";
    Statement none = otherwise;
    return (run, scope, out) -> {
      run.at(run.line, nodes);
      List<Object> items = Values.elements(run, source.of(run, scope));
      if (filter != null) {
        items = kept(run, scope, items, names, filter);
      }
      if (items.isEmpty()) {
        return none == null ? Flow.NEXT : none.run(run, scope, out);
      }
      turns(run, scope, out, items, names, body);
      return Flow.NEXT;
    };
  }

  private static List<Object> kept(
      Run run, Scope scope, List<Object> items, List<String> names, Expression filter) {
    List<Object> kept = new ArrayList<>();
    for (Object item : items) {
      run.turn();
      Scope inner = new Scope(scope);
      assign(run, inner, names, item);
      if (Values.isTrue(filter.of(run, inner))) {
        kept.add(item);
      }
    }
    return kept;
  }

  private static void turns(
      Run run,
      Scope scope,
      StringBuilder out,
      List<Object> items,
      List<String> names,
      Statement body) {
    for (int i = 0; i < items.size(); i++) {
      run.turn();
      Scope inner = new Scope(scope);
      inner.set("loop", new Loop(items, i));
      assign(run, inner, names, items.get(i));
      if (body.run(run, inner, out) == Flow.BREAK) {
        return;
      }
    }
  }

  private Statement set() {
    List<String> names = targets();
    String field = names.size() == 1 && cursor.operator(".") ? cursor.name() : null;
    Expression value;
    int nodes;
    if (cursor.operator("=")) {
      value = expressions.tuple();
      nodes = head(Kind.TAG_END);
    } else {
      Captured captured = new Captured();
      Expression filtered = captured;
      while (cursor.operator("|")) {
        filtered = expressions.filter(filtered);
      }
      nodes = head(Kind.TAG_END);
      captured.body = block("endset");
      value = filtered;
    }
    return (run, scope, out) -> {
      run.at(run.line, nodes);
      Object found = value.of(run, scope);
      if (field == null) {
        assign(run, scope, names, found);
      } else if (scope.get(names.get(0)) instanceof Namespace namespace) {
        namespace.set(field, found);
      } else {
        throw new Fault("only a field of a namespace can be set, and (" + names + ") is none");
      }
      return Flow.NEXT;
    };
  }

  /** The text of a block as a value; the block follows the filters of it. */
  private static final class Captured implements Expression {
    private @Nullable Statement body;

    @Override
    public Object of(Run run, Scope scope) {
      StringBuilder text = new StringBuilder();
      if (body != null) {
        body.run(run, new Scope(scope), text);
      }
      return text.toString();
    }
  }

  private Statement with() {
    Map<String, Expression> values = new LinkedHashMap<>();
    while (cursor.peek().kind() == Kind.NAME) {
      String name = cursor.name();
      assigned.add(name);
      cursor.need("=");
      values.put(name, expressions.expression());
      if (!cursor.operator(",")) {
        break;
      }
    }
    int nodes = head(Kind.TAG_END);
    Statement body = block("endwith");
    return (run, scope, out) -> {
      run.at(run.line, nodes);
      Scope inner = new Scope(scope);
      values.forEach((name, value) -> inner.set(name, value.of(run, scope)));
      return body.run(run, inner, out);
    };
  }

  private Statement filter() {
    Captured captured = new Captured();
    Expression value = expressions.filter(captured);
    while (cursor.operator("|")) {
      value = expressions.filter(value);
    }
    head(Kind.TAG_END);
    captured.body = block("endfilter");
    Expression filtered = value;
    return (run, scope, out) -> {
      run.write(out, Values.text(run, filtered.of(run, scope)));
      return Flow.NEXT;
    };
  }

  private Statement macro() {
    String name = cursor.name();
    assigned.add(name);
    Parameters parameters = parameters();
    Macro macro = body(name, parameters, "endmacro");
    return (run, scope, out) -> {
      scope.set(name, macro.in(scope));
      return Flow.NEXT;
    };
  }

  private Statement call() {
    Parameters parameters =
        cursor.isOperator("(") ? parameters() : new Parameters(List.of(), Map.of());
    String name = cursor.name();
    int line = cursor.peek().line();
    expressions.called().putIfAbsent(name, line);
    ExpressionParser.Given given = expressions.given();
    assigned.add("caller");
    Macro caller = body("caller", parameters, "endcall");
    return (run, scope, out) -> {
      if (!(scope.get(name) instanceof Callable macro)) {
        throw new Fault("(" + name + ") cannot be called");
      }
      Arguments arguments = given.values(run, scope);
      Map<String, Object> named = new LinkedHashMap<>(arguments.named());
      named.put("caller", caller.in(scope));
      Object text = macro.call(run, new Arguments(arguments.placed(), named));
      run.write(out, Values.text(run, text));
      return Flow.NEXT;
    };
  }

  private record Parameters(List<String> names, Map<String, Expression> defaults) {}

  private Parameters parameters() {
    List<String> names = new ArrayList<>();
    Map<String, Expression> defaults = new LinkedHashMap<>();
    cursor.need("(");
    while (!cursor.operator(")")) {
      String name = cursor.name();
      names.add(name);
      assigned.add(name);
      if (cursor.operator("=")) {
        defaults.put(name, expressions.expression());
      }
      if (!cursor.isOperator(")")) {
        cursor.need(",");
      }
    }
    return new Parameters(names, defaults);
  }

  private Macro body(String name, Parameters parameters, String end) {
    int outer = largest;
    int outerLoops = loops;
    largest = 0;
    loops = 0;
    head(Kind.TAG_END);
    Statement body = block(end);
    Macro macro =
        new Macro(name, parameters.names, parameters.defaults, body, Macro.FRAMES + largest);
    largest = Math.max(outer, largest);
    loops = outerLoops;
    return macro;
  }
}

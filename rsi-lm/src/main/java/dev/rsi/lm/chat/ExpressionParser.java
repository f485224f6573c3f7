package dev.rsi.lm.chat;

import dev.rsi.lm.chat.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses expressions, the loosest operator first, each level as the reference nests it. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final Set<String> PRODUCTS = Set.of("*", "/", "//", "%");

  private final Cursor cursor;

  /** The names that are called, each with the line of its first call. */
  private final Map<String, Integer> called = new LinkedHashMap<>();

  ExpressionParser(Cursor cursor) {
    this.cursor = cursor;
  }

  Map<String, Integer> called() {
    return called;
  }

  /** One expression, or several with commas between them. */
  Expression tuple() {
    Expression first = expression();
    return cursor.isOperator(",") ? rest(first, true) : first;
  }

  /** As the source of a loop, where {@code if} begins its filter. */
  Expression source() {
    Expression first = or();
    return cursor.isOperator(",") ? rest(first, false) : first;
  }

  private Expression rest(Expression first, boolean conditions) {
    List<Expression> parts = new ArrayList<>(List.of(first));
    while (cursor.operator(",")) {
      if (cursor.startsValue() || cursor.isOperator("-")) {
        parts.add(conditions ? expression() : or());
      }
    }
    return (run, scope) -> Elements.tuple(values(parts, run, scope));
  }

  private static List<Object> values(List<Expression> parts, Run run, Scope scope) {
    List<Object> values = new ArrayList<>(parts.size());
    for (Expression part : parts) {
      values.add(part.of(run, scope));
    }
    return values;
  }

  Expression expression() {
    cursor.deeper();
    Expression value = or();
    while (cursor.word("if")) {
      cursor.node();
      Expression then = value;
      Expression condition = or();
      Expression otherwise =
          cursor.word("else")
              ? expression()
              : (run, scope) -> new Undefined("there is no value for a false condition");
      value =
          (run, scope) ->
              Values.isTrue(condition.of(run, scope))
                  ? then.of(run, scope)
                  : otherwise.of(run, scope);
    }
    cursor.shallower();
    return value;
  }

  private Expression or() {
    Expression left = and();
    while (cursor.word("or")) {
      cursor.node();
      Expression first = left;
      Expression second = and();
      left =
          (run, scope) -> {
            Object value = first.of(run, scope);
            return Values.isTrue(value) ? value : second.of(run, scope);
          };
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (cursor.word("and")) {
      cursor.node();
      Expression first = left;
      Expression second = not();
      left =
          (run, scope) -> {
            Object value = first.of(run, scope);
            return Values.isTrue(value) ? second.of(run, scope) : value;
          };
    }
    return left;
  }

  private Expression not() {
    if (!cursor.word("not")) {
      return comparison();
    }
    cursor.node();
    cursor.deeper();
    Expression value = not();
    cursor.shallower();
    return (run, scope) -> !Values.isTrue(value.of(run, scope));
  }

  private Expression comparison() {
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    for (String operator = comparisonSign(); operator != null; operator = comparisonSign()) {
      cursor.node();
      operators.add(operator);
      others.add(sum());
    }
    if (operators.isEmpty()) {
      return first;
    }
    return (run, scope) -> {
      Object left = first.of(run, scope);
      for (int i = 0; i < operators.size(); i++) {
        Object right = others.get(i).of(run, scope);
        if (!holds(run, operators.get(i), left, right)) {
          return false;
        }
        left = right;
      }
      return true;
    };
  }

  private @Nullable String comparisonSign() {
    Token token = cursor.peek();
    if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
      return cursor.next().text();
    } else if (cursor.word("in")) {
      return "in";
    } else if (cursor.isWord("not") && cursor.peekSecond().is(Kind.NAME, "in")) {
      cursor.next();
      cursor.next();
      return "not in";
    }
    return null;
  }

  private static boolean holds(Run run, String operator, Object left, Object right) {
    return switch (operator) {
      case "==" -> Values.equal(run, left, right);
      case "!=" -> !Values.equal(run, left, right);
      case "in" -> Values.contains(run, right, left);
      case "not in" -> !Values.contains(run, right, left);
      case "<" -> Values.compare(run, left, right) < 0;
      case "<=" -> Values.compare(run, left, right) <= 0;
      case ">" -> Values.compare(run, left, right) > 0;
      default -> Values.compare(run, left, right) >= 0;
    };
  }

  private Expression sum() {
    Expression left = text();
    while (cursor.isOperator("+") || cursor.isOperator("-")) {
      left = operation(cursor.next().text(), left, text());
    }
    return left;
  }

  private Expression text() {
    Expression first = product();
    if (!cursor.isOperator("~")) {
      return first;
    }
    List<Expression> parts = new ArrayList<>(List.of(first));
    while (cursor.operator("~")) {
      cursor.node();
      parts.add(product());
    }
    return (run, scope) -> {
      run.work(Run.OBJECT);
      StringBuilder text = new StringBuilder();
      for (Expression part : parts) {
        String more = Values.text(run, part.of(run, scope));
        run.work(more.length());
        text.append(more);
      }
      return text.toString();
    };
  }

  private Expression product() {
    Expression left = power();
    while (cursor.peek().kind() == Kind.OPERATOR && PRODUCTS.contains(cursor.peek().text())) {
      left = operation(cursor.next().text(), left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (cursor.operator("**")) {
      left = operation("**", left, unary(true));
    }
    return left;
  }

  private Expression operation(String operator, Expression left, Expression right) {
    cursor.node();
    return (run, scope) ->
        Arithmetic.apply(run, operator, left.of(run, scope), right.of(run, scope));
  }

  private Expression unary(boolean filtered) {
    Expression value;
    if (cursor.isOperator("-") || cursor.isOperator("+")) {
      boolean minus = cursor.next().text().equals("-");
      cursor.node();
      cursor.deeper();
      Expression signed = unary(false);
      cursor.shallower();
      value =
          (run, scope) -> {
            Object number = signed.of(run, scope);
            Object negated = Arithmetic.negated(number);
            return minus ? negated : number instanceof Boolean ? Values.whole(number) : number;
          };
    } else {
      value = primary();
    }
    value = postfixed(value);
    return filtered ? filtered(value) : value;
  }

  private Expression primary() {
    cursor.node();
    Token token = cursor.peek();
    switch (token.kind()) {
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (cursor.peek().kind() == Kind.STRING) {
          text.append(cursor.next().text());
        }
        return constant(text.toString());
      }
      case INTEGER, FLOAT -> {
        cursor.next();
        return constant(number(token));
      }
      case NAME -> {
        return name(token);
      }
      case OPERATOR -> {
        cursor.deeper();
        Expression bracketed =
            switch (token.text()) {
              case "(" -> parenthesis();
              case "[" -> list();
              case "{" -> mapping();
              default -> throw cursor.unexpected("a value");
            };
        cursor.shallower();
        return bracketed;
      }
      default -> throw cursor.unexpected("a value");
    }
  }

  private static Expression constant(Object value) {
    return (run, scope) -> value;
  }

  private Object number(Token token) {
    try {
      return token.kind() == Kind.FLOAT
          ? (Object) Double.valueOf(token.text())
          : Long.valueOf(token.text());
    } catch (NumberFormatException e) {
      throw cursor.fault(token.shown(), "the number is beyond those that are known");
    }
  }

  private Expression name(Token token) {
    switch (token.text()) {
      case "true", "True" -> {
        cursor.next();
        return constant(true);
      }
      case "false", "False" -> {
        cursor.next();
        return constant(false);
      }
      case "none", "None" -> {
        cursor.next();
        return constant(None.NONE);
      }
      default -> {
        String name = cursor.name();
        if (cursor.isOperator("(")) {
          called.putIfAbsent(name, token.line());
        }
        return (run, scope) -> scope.get(name);
      }
    }
  }

  private Expression parenthesis() {
    cursor.need("(");
    if (cursor.operator(")")) {
      return constant(Elements.tuple(List.of()));
    }
    Expression inside = tuple();
    cursor.need(")");
    return inside;
  }

  private Expression list() {
    cursor.need("[");
    List<Expression> parts = new ArrayList<>();
    while (!cursor.operator("]")) {
      parts.add(expression());
      if (!cursor.isOperator("]")) {
        cursor.need(",");
      }
    }
    return (run, scope) -> {
      run.work(Run.OBJECT + parts.size());
      return values(parts, run, scope);
    };
  }

  private Expression mapping() {
    cursor.need("{");
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!cursor.operator("}")) {
      keys.add(expression());
      cursor.need(":");
      values.add(expression());
      if (!cursor.isOperator("}")) {
        cursor.need(",");
      }
    }
    return (run, scope) -> {
      run.work((long) keys.size() * Run.OBJECT);
      Map<Object, Object> map = new LinkedHashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        map.put(Values.key(keys.get(i).of(run, scope)), values.get(i).of(run, scope));
      }
      return map;
    };
  }

  private Expression postfixed(Expression first) {
    Expression value = first;
    while (true) {
      if (cursor.isOperator(".")) {
        value = field(value);
      } else if (cursor.isOperator("[")) {
        value = element(value);
      } else if (cursor.isOperator("(")) {
        value = call(value);
      } else {
        return value;
      }
    }
  }

  private Expression field(Expression of) {
    cursor.need(".");
    cursor.node();
    Token token = cursor.next();
    if (token.kind() == Kind.INTEGER) {
      Object index = number(token);
      return (run, scope) -> Methods.element(run, of.of(run, scope), index);
    }
    if (token.kind() != Kind.NAME) {
      throw cursor.fault(token.shown(), "a name should stand after (.)");
    }
    String name = token.text();
    if (cursor.isOperator("(")) {
      Methods.know(name, token.line());
    }
    return (run, scope) -> Methods.field(of.of(run, scope), name);
  }

  private Expression element(Expression of) {
    cursor.need("[");
    cursor.node();
    Expression none = constant(None.NONE);
    Expression first = cursor.isOperator(":") ? none : expression();
    if (cursor.operator("]")) {
      return (run, scope) -> Methods.element(run, of.of(run, scope), first.of(run, scope));
    }
    cursor.need(":");
    boolean open = cursor.isOperator(":") || cursor.isOperator("]");
    Expression second = open ? none : expression();
    boolean stepped = cursor.operator(":") && !cursor.isOperator("]");
    Expression third = stepped ? expression() : none;
    cursor.need("]");
    return (run, scope) ->
        Arithmetic.slice(
            run,
            of.of(run, scope),
            first.of(run, scope),
            second.of(run, scope),
            third.of(run, scope));
  }

  private Expression call(Expression function) {
    int line = cursor.peek().line();
    Given given = given();
    return (run, scope) -> {
      Object called = function.of(run, scope);
      Arguments arguments = given.values(run, scope);
      if (called instanceof Callable callable) {
        return callable.call(run, arguments);
      } else if (called instanceof Undefined undefined) {
        throw undefined.fault();
      }
      throw new Fault(Values.kind(called) + " cannot be called").at(line, "()");
    };
  }

  /** What stands between the brackets of a call. */
  record Given(List<Expression> placed, Map<String, Expression> named) {
    static final Given NOTHING = new Given(List.of(), Map.of());

    Arguments values(Run run, Scope scope) {
      if (placed.isEmpty() && named.isEmpty()) {
        return Arguments.NONE;
      }
      Map<String, Object> names = new LinkedHashMap<>();
      List<Object> places = ExpressionParser.values(placed, run, scope);
      named.forEach((name, value) -> names.put(name, value.of(run, scope)));
      return new Arguments(places, names);
    }
  }

  Given given() {
    cursor.need("(");
    cursor.node();
    List<Expression> placed = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    while (!cursor.operator(")")) {
      if (cursor.isOperator("*") || cursor.isOperator("**")) {
        throw cursor.fault(cursor.peek().shown(), "arguments of a list or mapping are not known");
      }
      if (cursor.peek().kind() == Kind.NAME && cursor.peekSecond().is(Kind.OPERATOR, "=")) {
        String name = cursor.next().text();
        cursor.need("=");
        if (named.put(name, expression()) != null) {
          throw cursor.fault(name, "the argument stands twice");
        }
      } else if (named.isEmpty()) {
        placed.add(expression());
      } else {
        throw cursor.unexpected("an argument with a name");
      }
      if (!cursor.isOperator(")")) {
        cursor.need(",");
      }
    }
    return new Given(placed, named);
  }

  private Expression filtered(Expression first) {
    Expression value = first;
    while (true) {
      if (cursor.operator("|")) {
        value = filter(value);
      } else if (cursor.word("is")) {
        value = test(value);
      } else if (cursor.isOperator("(")) {
        value = call(value);
      } else {
        return value;
      }
    }
  }

  /** A filter of what comes before it; its name is next. */
  Expression filter(Expression of) {
    cursor.node();
    int line = cursor.peek().line();
    String name = cursor.name();
    Filters.Filter filter = Filters.named(name, line);
    Given given = cursor.isOperator("(") ? given() : Given.NOTHING;
    return (run, scope) -> {
      Object value = of.of(run, scope);
      Arguments arguments = given.values(run, scope);
      try {
        return filter.of(run, value, arguments);
      } catch (Fault e) {
        throw e.at(line, "| " + name);
      }
    };
  }

  private Expression test(Expression of) {
    cursor.node();
    boolean negated = cursor.word("not");
    Token token = cursor.peek();
    String name = cursor.word("in") ? "in" : cursor.name();
    Tests.Test test = Tests.named(name, token.line());
    Given given = Given.NOTHING;
    if (cursor.isOperator("(")) {
      given = given();
    } else if (cursor.startsValue()) {
      given = new Given(List.of(postfixed(primary())), Map.of());
    }
    Given asked = given;
    return (run, scope) -> {
      Object value = of.of(run, scope);
      Arguments arguments = asked.values(run, scope);
      try {
        return test.holds(run, value, arguments) != negated;
      } catch (Fault e) {
        throw e.at(token.line(), "is " + name);
      }
    };
  }
}

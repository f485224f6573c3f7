package dev.rsi.lm.chat;

import java.util.ArrayList;
import java.util.List;

/** Operators between values, and parts of values. */
final class Arithmetic {
  private Arithmetic() {}

  static Object apply(Run run, String operator, Object left, Object right) {
    run.work(Run.OBJECT / 2);
    if (operator.equals("+")) {
      if (left instanceof String x && right instanceof String y) {
        run.work((long) x.length() + y.length());
        return x + y;
      } else if (left instanceof List<?> x && right instanceof List<?> y) {
        run.work((long) x.size() + y.size());
        List<Object> both = new ArrayList<>(x);
        both.addAll(y);
        return left instanceof Elements ? Elements.tuple(both) : both;
      }
    } else if (operator.equals("*")) {
      if (left instanceof String text && isWhole(right)) {
        return repeated(run, text, Values.whole(right));
      } else if (right instanceof String text && isWhole(left)) {
        return repeated(run, text, Values.whole(left));
      }
    }
    Object a = left instanceof Boolean truth ? (Object) (truth ? 1L : 0L) : left;
    Object b = right instanceof Boolean truth ? (Object) (truth ? 1L : 0L) : right;
    if (!(a instanceof Number x && b instanceof Number y)) {
      throw Values.refused("(" + operator + ") of", left, right);
    }
    try {
      boolean whole = x instanceof Long && y instanceof Long;
      return whole && !operator.equals("/")
          ? whole(operator, x.longValue(), y.longValue())
          : real(operator, x.doubleValue(), y.doubleValue());
    } catch (ArithmeticException e) {
      throw new Fault(
          "(" + x + " " + operator + " " + y + ") is beyond the numbers that are known");
    }
  }

  private static boolean isWhole(Object value) {
    return value instanceof Long || value instanceof Boolean;
  }

  private static String repeated(Run run, String text, long times) {
    long most = Math.max(0, times);
    if (!text.isEmpty()) {
      run.work(most > Run.MOST_OUTPUT ? Long.MAX_VALUE / 2 : most * text.length());
    }
    return text.isEmpty() ? "" : text.repeat((int) most);
  }

  private static Object whole(String operator, long x, long y) {
    return switch (operator) {
      case "+" -> Math.addExact(x, y);
      case "-" -> Math.subtractExact(x, y);
      case "*" -> Math.multiplyExact(x, y);
      case "//" -> Math.floorDiv(x, y);
      case "%" -> Math.floorMod(x, y);
      default -> power(x, y);
    };
  }

  private static Object power(long x, long y) {
    if (y < 0) {
      return Math.pow((double) x, (double) y);
    }
    if (x == 0 || x == 1) {
      return y == 0 ? 1L : x;
    } else if (x == -1) {
      return y % 2 == 0 ? 1L : -1L;
    }
    long power = 1;
    for (long i = 0; i < y; i++) {
      power = Math.multiplyExact(power, x);
    }
    return power;
  }

  private static Object real(String operator, double x, double y) {
    if (y == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw new Fault("a division by zero");
    }
    return switch (operator) {
      case "+" -> x + y;
      case "-" -> x - y;
      case "*" -> x * y;
      case "/" -> x / y;
      case "//" -> Math.floor(x / y);
      case "%" -> x - Math.floor(x / y) * y;
      default -> Math.pow(x, y);
    };
  }

  static Object negated(Object value) {
    if (value instanceof Double number) {
      return -number;
    }
    long whole = Values.whole(value);
    if (whole == Long.MIN_VALUE) {
      throw new Fault("(-" + whole + ") is beyond the numbers that are known");
    }
    return -whole;
  }

  /** {@code value[from:to:step]}, each of them none or a whole number. */
  static Object slice(Run run, Object value, Object from, Object to, Object by) {
    if (value instanceof Undefined undefined) {
      throw undefined.fault();
    }
    if ((!(value instanceof String) && !(value instanceof List<?>)) || Elements.isLazy(value)) {
      throw new Fault(Values.kind(value) + " has no slices");
    }
    List<Object> all = Values.elements(run, value);
    long step = by == None.NONE ? 1 : Values.whole(by);
    if (step == 0) {
      throw new Fault("the step of a slice is zero");
    }
    int size = all.size();
    long low = step > 0 ? 0 : -1;
    long high = step > 0 ? size : size - 1L;
    long begin = from == None.NONE ? (step > 0 ? low : high) : bound(from, size, low, high);
    long end = to == None.NONE ? (step > 0 ? high : low) : bound(to, size, low, high);
    List<Object> slice = new ArrayList<>();
    for (long i = begin; step > 0 ? i < end : i > end; i += step) {
      slice.add(all.get((int) i));
      if (Math.abs(step) > size) {
        break;
      }
    }
    run.work(slice.size());
    if (value instanceof String) {
      StringBuilder text = new StringBuilder();
      slice.forEach(text::append);
      return text.toString();
    }
    return value instanceof Elements ? Elements.tuple(slice) : slice;
  }

  private static long bound(Object value, int size, long low, long high) {
    long bound = Values.whole(value);
    return Math.max(low, Math.min(high, bound < 0 ? bound + size : bound));
  }
}

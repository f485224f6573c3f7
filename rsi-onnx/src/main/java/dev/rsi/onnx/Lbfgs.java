package dev.rsi.onnx;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Finds the lowest value of a smooth function by limited-memory BFGS (Liu and Nocedal, "On the
 * limited memory BFGS method", 1989) with a line search that halves the step until Armijo's rule
 * holds. Draws nothing at random: the same start gives the same end.
 */
final class Lbfgs {
  private static final int MEMORY = 10;
  private static final double SUFFICIENT = 1e-4;
  private static final int MAX_HALVINGS = 40;

  /** A function to lower. */
  interface Objective {
    /** The value at a point; its gradient goes into the second array. */
    double valueAndGradient(double[] at, double[] gradient);
  }

  /** One step and how the gradient changed over it. */
  private static final class Pair {
    final double[] step;
    final double[] change;
    final double curvature;

    Pair(double[] step, double[] change, double curvature) {
      this.step = step;
      this.change = change;
      this.curvature = curvature;
    }
  }

  private final Objective objective;
  private final double tolerance;
  private final Deque<Pair> pairs = new ArrayDeque<>();
  private double[] point;
  private double[] gradient;
  private double value;
  private boolean done;

  /**
   * @param start is not changed
   * @param tolerance the norm of the gradient from which the point counts as lowest
   */
  Lbfgs(Objective objective, double[] start, double tolerance) {
    this.objective = objective;
    this.tolerance = tolerance;
    this.point = start.clone();
    this.gradient = new double[start.length];
    this.value = objective.valueAndGradient(point, gradient);
    this.done = !(norm(gradient) > tolerance);
  }

  /** Whether another step would gain nothing that floating point can tell. */
  boolean done() {
    return done;
  }

  double value() {
    return value;
  }

  /** The lowest point so far. */
  double[] point() {
    return point.clone();
  }

  /** Takes one step: one evaluation, or a few where the first was too long. */
  void step() {
    double[] direction = direction();
    double slope = dot(direction, gradient);
    if (!(slope < 0)) {
      pairs.clear();
      direction = direction();
      slope = dot(direction, gradient);
    }
    double length = pairs.isEmpty() ? Math.min(1, 1 / norm(gradient)) : 1;
    for (int i = 0; i < MAX_HALVINGS; i++, length /= 2) {
      double[] next = point.clone();
      add(next, length, direction);
      double[] nextGradient = new double[point.length];
      double nextValue = objective.valueAndGradient(next, nextGradient);
      if (nextValue <= value + SUFFICIENT * length * slope) {
        remember(next, nextGradient);
        done = !(norm(nextGradient) > tolerance);
        point = next;
        gradient = nextGradient;
        value = nextValue;
        return;
      }
    }
    done = true;
  }

  /** The two-loop recursion. */
  private double[] direction() {
    double[] q = gradient.clone();
    double[] alpha = new double[pairs.size()];
    int i = 0;
    for (Pair pair : pairs) {
      alpha[i] = dot(pair.step, q) / pair.curvature;
      add(q, -alpha[i], pair.change);
      i++;
    }
    Pair last = pairs.peekFirst();
    double scale = last == null ? 1 : last.curvature / dot(last.change, last.change);
    for (int k = 0; k < q.length; k++) {
      q[k] *= scale;
    }
    Iterator<Pair> oldestFirst = pairs.descendingIterator();
    while (oldestFirst.hasNext()) {
      Pair pair = oldestFirst.next();
      i--;
      add(q, alpha[i] - dot(pair.change, q) / pair.curvature, pair.step);
    }
    for (int k = 0; k < q.length; k++) {
      q[k] = -q[k];
    }
    return q;
  }

  private void remember(double[] next, double[] nextGradient) {
    double[] step = next.clone();
    add(step, -1, point);
    double[] change = nextGradient.clone();
    add(change, -1, gradient);
    double curvature = dot(step, change);
    if (curvature > 1e-12 * dot(change, change)) {
      pairs.addFirst(new Pair(step, change, curvature));
      if (pairs.size() > MEMORY) {
        pairs.removeLast();
      }
    }
  }

  private static void add(double[] to, double factor, double[] what) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * what[i];
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double norm(double[] a) {
    return Math.sqrt(dot(a, a));
  }
}

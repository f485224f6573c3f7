package dev.rsi.core.report;

/**
 * Eigenvalues of a symmetric matrix by Jacobi's method: plane rotations, each of which takes one
 * pair of entries off the diagonal to 0, until none is left. Golub and Van Loan, Matrix
 * Computations, section 8.5. Slower than what numeric libraries do, but accurate, and the only use
 * of one here.
 */
final class SymmetricEigenvalues {
  /** Convergence is quadratic: a matrix of hundreds takes about 10. */
  private static final int MAX_SWEEPS = 100;

  private SymmetricEigenvalues() {}

  /**
   * The eigenvalues in no order.
   *
   * @param symmetric finite entries; not changed
   */
  static double[] of(double[][] symmetric) {
    int n = symmetric.length;
    double[][] a = new double[n][];
    double square = 0;
    for (int i = 0; i < n; i++) {
      a[i] = symmetric[i].clone();
      for (double value : a[i]) {
        square += value * value;
      }
    }
    for (int sweep = 0; offDiagonal(a) > 1e-28 * square; sweep++) {
      if (sweep == MAX_SWEEPS) {
        throw new ArithmeticException("Eigenvalues of a matrix of " + n + " rows do not settle.");
      }
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          rotate(a, p, q);
        }
      }
    }
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = a[i][i];
    }
    return values;
  }

  private static double offDiagonal(double[][] a) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < i; j++) {
        sum += 2 * a[i][j] * a[i][j];
      }
    }
    return sum;
  }

  /** Turns the plane of p and q by the smaller angle that makes a[p][q] vanish. */
  private static void rotate(double[][] a, int p, int q) {
    if (a[p][q] == 0) {
      return;
    }
    double tau = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    double t = Math.copySign(1, tau) / (Math.abs(tau) + Math.hypot(1, tau));
    double c = 1 / Math.hypot(1, t);
    double s = t * c;
    a[p][p] -= t * a[p][q];
    a[q][q] += t * a[p][q];
    a[p][q] = 0;
    a[q][p] = 0;
    for (int k = 0; k < a.length; k++) {
      if (k != p && k != q) {
        double kp = a[k][p];
        double kq = a[k][q];
        a[k][p] = c * kp - s * kq;
        a[p][k] = a[k][p];
        a[k][q] = s * kp + c * kq;
        a[q][k] = a[k][q];
      }
    }
  }
}

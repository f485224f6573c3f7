package dev.rsi.onnx;

import java.util.Deque;

/** Closes what is owned. */
final class Resources {
  private Resources() {}

  /** Closes and removes all of them, the first first, whatever one of them throws. */
  static void closeAll(Deque<? extends AutoCloseable> owned) {
    RuntimeException failure = null;
    while (!owned.isEmpty()) {
      try {
        owned.pop().close();
      } catch (RuntimeException e) {
        failure = e;
      } catch (Exception e) {
        failure = new IllegalStateException(e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}

package dev.rsi.lm.fuzz;

import java.lang.reflect.Method;

/**
 * What a piece of work took of this thread: processor time, which a busy machine does not add to.
 */
public final class Effort {
  private final long nanos = ask("getCurrentThreadCpuTime");
  private final long bytes = ask("getThreadAllocatedBytes", Thread.currentThread().getId());

  public double seconds() {
    return (ask("getCurrentThreadCpuTime") - nanos) / 1e9;
  }

  /** All that was allocated, most of it no longer held. */
  public long allocated() {
    return ask("getThreadAllocatedBytes", Thread.currentThread().getId()) - bytes;
  }

  /** By name, since the module under test does not read the JDK's management. */
  private static long ask(String name, Object... arguments) {
    try {
      Object bean =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getThreadMXBean")
              .invoke(null);
      Class<?>[] types = arguments.length == 0 ? new Class<?>[0] : new Class<?>[] {long.class};
      Method method = Class.forName("com.sun.management.ThreadMXBean").getMethod(name, types);
      return (Long) method.invoke(bean, arguments);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}

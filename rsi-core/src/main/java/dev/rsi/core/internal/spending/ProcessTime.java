package dev.rsi.core.internal.spending;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.Supplier;

/** The processor time of this process, as the system tells it. */
public final class ProcessTime {
  private ProcessTime() {}

  /**
   * Tells it since the process began; zero where the system does not. Cheap, unlike the process
   * handle's own figure, which is read from a file.
   */
  public static Supplier<Duration> clock() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return () -> Duration.ofNanos(Math.max(0, system.getProcessCpuTime()));
  }

  public static boolean unknown() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() < 0;
  }
}

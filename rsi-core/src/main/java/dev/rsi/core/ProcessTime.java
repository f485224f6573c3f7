package dev.rsi.core;

import java.time.Duration;

/** The processor time of this process, as the system tells it. */
final class ProcessTime {
  private ProcessTime() {}

  /** Since the process began; zero where the system does not tell. */
  static Duration now() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  static boolean unknown() {
    return ProcessHandle.current().info().totalCpuDuration().isEmpty();
  }
}

package dev.rsi.core.store;

import dev.rsi.api.RsiException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Who drives a run, in words. */
final class Drivers {
  private Drivers() {}

  /** This process, as another one would look for it. */
  static String self() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "a host without a name";
    }
    return "process (" + ProcessHandle.current().pid() + ") on (" + host + ")";
  }

  static RsiException taken(String run, @Nullable String holder) {
    return new RsiException(
        "Run ("
            + run
            + ") has a driver already: "
            + (holder == null ? "one that came just now" : holder)
            + ".\nMaybe wait for it, or end it: a lease ends with the process that holds it.",
        null,
        true);
  }

  static RsiException ended(String run) {
    return new RunStore.OvertakenException(
        "The lease of run ("
            + run
            + ") was given up already.\nMaybe the run is driven by a thread that outlived its end.");
  }

  static RsiException lost(String run, @Nullable String holder) {
    return new RunStore.OvertakenException(
        "The lease of run ("
            + run
            + ") was lost, and the run has another driver by now: "
            + (holder == null ? "one that is through already" : holder)
            + ".\nMaybe the connection to the server was cut, or the file of the lease was deleted:"
            + " read the run again before resuming it.");
  }
}

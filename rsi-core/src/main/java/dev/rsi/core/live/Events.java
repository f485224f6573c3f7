package dev.rsi.core.live;

import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.PartException;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.core.told.Told;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners, the registry and the log what happens. */
final class Events<T, C> {
  private static final Logger log = LoggerFactory.getLogger(Events.class);

  private final Versions<T, C> versions;
  private final List<LiveListener<T, C>> listeners;
  private final InstantSource clock = InstantSource.system();

  Events(Versions<T, C> versions, List<LiveListener<T, C>> listeners) {
    this.versions = versions;
    this.listeners = listeners;
  }

  void swapped(ModelVersion from, ModelVersion to) {
    tell(each -> each.swapped(from, to));
  }

  /** A challenger was withdrawn: from now on no loop promotes it. */
  void withdrawn(ModelVersion version, String why) {
    log.warn("version {} was withdrawn: {}", version.shortId(), why);
    try {
      versions.registry().withdraw(version.id(), why);
    } catch (RsiException | UnsupportedOperationException e) {
      log.warn("that version {} was withdrawn could not be kept", version.shortId(), e);
    }
    tell(each -> each.withdrawn(version, why));
  }

  void told(Served<T, C> served, double success, String by) {
    Request<T> request = served.request();
    Output<C> output = served.output();
    if (request != null && output != null) {
      told(served.pool().version, request, output, success, by);
    }
  }

  void told(ModelVersion version, Request<T> request, Output<C> output, double success, String by) {
    C candidate = output.candidate();
    if (candidate != null && !listeners.isEmpty()) {
      Told<T, C> word =
          new Told<>(request.task(), candidate, success, by, clock.instant(), version.id());
      tell(each -> each.told(word));
    }
  }

  private void tell(Consumer<LiveListener<T, C>> what) {
    for (LiveListener<T, C> listener : listeners) {
      try {
        what.accept(listener);
      } catch (Throwable e) {
        log.warn("a listener of the live model failed", PartException.of(e));
      }
    }
  }
}

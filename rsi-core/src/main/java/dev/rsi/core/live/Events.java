package dev.rsi.core.live;

import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.PartException;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners, the registry and the log what happens. */
final class Events<T, C> {
  private static final Logger log = LoggerFactory.getLogger(LiveModel.class);

  private final Versions<T, C> versions;
  private final List<LiveListener<? super T, ? super C>> listeners;

  Events(Versions<T, C> versions, List<LiveListener<? super T, ? super C>> listeners) {
    this.versions = versions;
    this.listeners = listeners;
  }

  void swapped(ModelVersion from, ModelVersion to) {
    tell(each -> each.swapped(from, to));
  }

  /** A challenger was withdrawn: from now on no loop promotes it. */
  void withdrawn(Rollout<T, C> rollout) {
    ModelVersion version = rollout.challenger.version;
    log.warn("version {} was withdrawn: {}", version.shortId(), rollout.why());
    try {
      versions.registry().withdraw(version.id(), rollout.why());
    } catch (RsiException e) {
      log.warn("that version {} was withdrawn could not be kept", version.shortId(), e);
    }
    tell(each -> each.withdrawn(version, rollout.why()));
  }

  void told(Served<T, C> served, double success, String by) {
    Request<T> request = served.request();
    Output<C> output = served.output();
    if (request != null && output != null) {
      told(served.pool().version, request, output, success, by);
    }
  }

  void told(ModelVersion version, Request<T> request, Output<C> output, double success, String by) {
    tell(each -> each.told(version, request, output, success, by));
  }

  private void tell(Consumer<LiveListener<? super T, ? super C>> what) {
    for (LiveListener<? super T, ? super C> listener : listeners) {
      try {
        what.accept(listener);
      } catch (Throwable e) {
        log.warn("a listener of the live model failed", PartException.of(e));
      }
    }
  }
}

package dev.rsi.core.micrometer;

import dev.rsi.core.canary.Canary;
import dev.rsi.core.live.LiveModel;
import dev.rsi.core.live.Usage;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * Shows what a {@link LiveModel} serves in a registry of Micrometer: gauges {@code rsi.live.*} of
 * the live version and of a canary's challenger, told apart by the tag {@code role}, and the
 * canary's evidence of harm. A gauge is NaN while there is nothing of its kind. Requests, failures
 * and waits begin at 0 with each version. Field term: metrics.
 */
public final class LiveMeters {
  private LiveMeters() {}

  /**
   * Shows a live model as long as it is there; the registry does not keep it.
   *
   * @param live what is served
   * @param registry takes the gauges; the caller closes it
   */
  public static void bind(LiveModel<?, ?> live, MeterRegistry registry) {
    Objects.requireNonNull(live, "live");
    for (Usage.Role role : new Usage.Role[] {Usage.Role.LIVE, Usage.Role.CHALLENGER}) {
      gauge(registry, live, role, "requests", "", Usage::requests);
      gauge(registry, live, role, "failures", "", Usage::failures);
      gauge(registry, live, role, "waited", "", Usage::waited);
      gauge(registry, live, role, "open", "", Usage::open);
      gauge(registry, live, role, "success", "", Usage::success);
      gauge(registry, live, role, "median", "seconds", each -> each.median().toNanos() / 1e9);
      gauge(registry, live, role, "slowest", "seconds", each -> each.slowest().toNanos() / 1e9);
    }
    Gauge.builder("rsi.live.evidence", live, each -> ofCanary(each, Canary.Report::evidence))
        .register(registry);
    Gauge.builder("rsi.live.evidence.level", live, each -> ofCanary(each, Canary.Report::level))
        .register(registry);
  }

  private static void gauge(
      MeterRegistry registry,
      LiveModel<?, ?> live,
      Usage.Role role,
      String name,
      String unit,
      ToDoubleFunction<Usage> value) {
    Gauge.builder("rsi.live." + name, live, each -> of(each, role, value))
        .tag("role", role.name().toLowerCase(Locale.ROOT))
        .baseUnit(unit.isEmpty() ? null : unit)
        .register(registry);
  }

  private static double of(LiveModel<?, ?> live, Usage.Role role, ToDoubleFunction<Usage> value) {
    return live.usage().stream()
        .filter(usage -> usage.role() == role)
        .mapToDouble(value)
        .findFirst()
        .orElse(Double.NaN);
  }

  private static double ofCanary(LiveModel<?, ?> live, ToDoubleFunction<Canary.Report> value) {
    return live.canary().map(value::applyAsDouble).orElse(Double.NaN);
  }
}

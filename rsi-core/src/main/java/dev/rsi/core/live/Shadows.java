package dev.rsi.core.live;

import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who is shown what the live version answers, if anybody is. Thread-safe. */
final class Shadows<T, C> {
  private volatile @Nullable Shadowing<T, C> under;

  @Nullable Shadowing<T, C> under() {
    return under;
  }

  /** Shows it to another one from now on, or to none. */
  void show(@Nullable Shadowing<T, C> to) {
    under = to;
  }

  /** A version was asked, and answered; null if it threw. */
  void show(ModelVersion version, List<Request<T>> requests, @Nullable List<Output<C>> outputs) {
    Shadowing<T, C> now = under;
    if (now != null) {
      now.show(version, requests, outputs);
    }
  }
}

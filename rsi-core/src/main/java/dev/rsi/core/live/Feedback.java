package dev.rsi.core.live;

import dev.rsi.api.ModelVersion;
import dev.rsi.core.canary.Canary;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells how well a request went, also after its lease was closed: when the user who asked says so.
 * From {@link LiveModel.Lease#feedback}.
 *
 * <p>Only the first word counts: to a canary within its {@linkplain Canary#expiry expiry}, and as
 * long as it goes on; to {@linkplain LiveListener#told listeners} whenever it comes. Thread-safe.
 */
public final class Feedback {

  /** Who hears it, once the lease is closed. */
  interface Hearer {
    /** Returns false if it was told before, by the lease. */
    boolean hear(double success, String by);
  }

  static void checkSuccess(double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("success (" + value + ") must be in [0, 1].");
    }
  }

  /** Who tells where nobody says who. */
  static final String CALLER = "caller";

  private final ModelVersion version;
  private @Nullable Hearer hearer;
  private double success = Double.NaN;
  private String who = CALLER;

  Feedback(ModelVersion version) {
    this.version = version;
  }

  /** The version that answered. */
  public ModelVersion version() {
    return version;
  }

  /**
   * Tells it.
   *
   * @param value in [0, 1], 1 if all went well
   * @return false if it was told before
   */
  public boolean report(double value) {
    return report(value, CALLER);
  }

  /**
   * The same, with who says so.
   *
   * @param by not blank
   */
  public boolean report(double value, String by) {
    checkSuccess(value);
    if (Objects.requireNonNull(by, "by").isBlank()) {
      throw new IllegalArgumentException("by (" + by + ") must name who tells.");
    }
    Hearer to;
    synchronized (this) {
      if (isTold()) {
        return false;
      }
      success = value;
      who = by;
      to = hearer;
    }
    return to == null || to.hear(value, by);
  }

  private boolean isTold() {
    return !Double.isNaN(success);
  }

  /** What was told so far, or NaN. */
  synchronized double success() {
    return success;
  }

  synchronized String by() {
    return who;
  }

  /**
   * The lease is closed: what is told from now on goes to the hearer.
   *
   * @return whether it was told before
   */
  synchronized boolean leaseClosed(Hearer later) {
    hearer = later;
    return isTold();
  }
}

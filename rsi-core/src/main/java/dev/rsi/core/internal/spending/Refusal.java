package dev.rsi.core.internal.spending;

import com.google.common.math.LongMath;
import org.jspecify.annotations.Nullable;

/**
 * Why something may not be spent.
 *
 * @param window what is spent; null for the run's own budget
 * @param lasting whether no window helps: it is the run's own budget, or a window that has not so
 *     much even when it begins
 * @param reason in words: of what, how much was spent, set aside and asked for, and the ceiling
 */
public record Refusal(@Nullable Window window, boolean lasting, String reason) {

  public static Refusal ofTheRun(String reason) {
    return new Refusal(null, true, reason);
  }

  public static Refusal of(Limit limit, long spent, long reserved, long asked, String what) {
    Dimension dimension = limit.dimension();
    long left = Math.max(0, limit.most() - LongMath.saturatedAdd(spent, reserved));
    return new Refusal(
        limit.window(),
        limit.window() == null || asked > limit.most(),
        "Of "
            + limit
            + " "
            + dimension.amount(spent)
            + " are spent and "
            + dimension.amount(reserved)
            + " set aside: "
            + dimension.amount(left)
            + " are left, and "
            + what
            + (asked == 0 ? " may need more." : " may need " + dimension.amount(asked) + "."));
  }
}

package dev.rsi.core;

import org.jspecify.annotations.Nullable;

/**
 * Why something may not be spent.
 *
 * @param window what is spent; null for the run's own budget, and for a window that has not so much
 *     when it begins, so that no later one helps
 * @param reason in words: of what, how much was spent, set aside and asked for, and the ceiling
 */
record Refusal(Budget.@Nullable Window window, String reason) {

  static Refusal of(Limit limit, long spent, long reserved, long asked, String what) {
    Dimension dimension = limit.dimension();
    long left = Math.max(0, limit.most() - spent - reserved);
    return new Refusal(
        asked > limit.most() ? null : limit.window(),
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

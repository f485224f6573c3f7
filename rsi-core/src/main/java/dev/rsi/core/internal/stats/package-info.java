/** Bets on the mean of bounded differences: what gates and canaries decide by. */
@NullMarked
package dev.rsi.core.internal.stats;

import org.jspecify.annotations.NullMarked;

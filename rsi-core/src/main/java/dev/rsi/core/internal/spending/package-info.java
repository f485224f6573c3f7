/** What a run spends and may spend, and what is set aside. Knows no loop. */
@NullMarked
package dev.rsi.core.internal.spending;

import org.jspecify.annotations.NullMarked;

/**
 * The steps of a run: each recalled or done, paid for, recorded and named if it breaks. What comes
 * from outside comes in here. Knows no loop.
 */
@NullMarked
package dev.rsi.core.internal.steps;

import org.jspecify.annotations.NullMarked;

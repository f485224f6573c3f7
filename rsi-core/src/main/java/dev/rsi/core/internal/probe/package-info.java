/**
 * How a bank keeps its probes and reads answers to them: what the loop and the gates use of it.
 *
 * <p>{@link dev.rsi.core.probe} has what a user writes.
 */
@NullMarked
package dev.rsi.core.internal.probe;

import org.jspecify.annotations.NullMarked;

/**
 * The gate's side of a run: the probes in use, what versions read on them, and how the gate is
 * asked.
 */
@NullMarked
package dev.rsi.core.internal.judging;

import org.jspecify.annotations.NullMarked;

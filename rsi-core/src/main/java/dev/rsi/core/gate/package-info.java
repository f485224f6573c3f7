/**
 * Drift gates: the statistics that decide whether a challenger goes live.
 *
 * <p>{@link dev.rsi.core.gate.DriftGates} makes gates, {@link dev.rsi.core.probe} has the held-out
 * tasks that they pull.
 */
@NullMarked
package dev.rsi.core.gate;

import org.jspecify.annotations.NullMarked;

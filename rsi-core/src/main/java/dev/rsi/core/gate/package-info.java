/**
 * Drift gates and the probes they decide on.
 *
 * <p>{@link dev.rsi.core.gate.DriftGates} makes gates, {@link dev.rsi.core.gate.ProbeBank} holds
 * the held-out tasks that they pull.
 */
@NullMarked
package dev.rsi.core.gate;

import org.jspecify.annotations.NullMarked;

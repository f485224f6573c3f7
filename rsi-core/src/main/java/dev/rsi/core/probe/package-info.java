/**
 * The held-out tasks that a gate decides by.
 *
 * <p>{@link dev.rsi.core.probe.ProbeFamily} is one kind of probes with how they are read, {@link
 * dev.rsi.core.probe.ProbeBank} holds all kinds of a run, {@link dev.rsi.core.probe.Readings} has
 * the formulas.
 */
@NullMarked
package dev.rsi.core.probe;

import org.jspecify.annotations.NullMarked;

/**
 * Fakes for the interfaces of rsi.
 *
 * <p>A <em>fake</em> is a small real implementation. {@link dev.rsi.testkit.SimulatedLearner} is a
 * model of known skill with a known drift, so that whole loops run in milliseconds; {@link
 * dev.rsi.testkit.SimulatedProbes} gives a gate evidence of known truth.
 */
@NullMarked
package dev.rsi.testkit;

import org.jspecify.annotations.NullMarked;

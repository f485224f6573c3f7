/**
 * Contract suites and fakes for the interfaces of rsi.
 *
 * <p>A <em>contract suite</em> is an abstract JUnit 5 class with the tests that every
 * implementation of an interface must pass: extend {@link dev.rsi.testkit.GeneratorContract},
 * {@link dev.rsi.testkit.ScoringContract}, {@link dev.rsi.testkit.TrainerContract} and so on with a
 * few factory methods, and all tests run. What an implementation need not be able to do is switched
 * off by overriding a {@code supports...} method.
 *
 * <p>A <em>fake</em> is a small real implementation. {@link dev.rsi.testkit.SimulatedLearner} is a
 * model of known skill with a known drift, so that whole loops run in milliseconds; {@link
 * dev.rsi.testkit.SimulatedProbes} gives a gate evidence of known truth; the {@code Scripted...}
 * types wrap an implementation, record its calls and break it where they are told to.
 */
@NullMarked
package dev.rsi.testkit;

import org.jspecify.annotations.NullMarked;

/**
 * Contract suites for backends of {@code rsi-lm}, and what they hold them against. A backend's
 * tests extend {@link dev.rsi.testkit.lm.SamplerContract} and {@link
 * dev.rsi.testkit.lm.TrainStepContract} with a method that opens its sampler or its step, and all
 * tests run.
 *
 * <p>Needs {@code rsi-lm} and Jackson on the class path or module path, which {@code rsi-testkit}
 * does not bring.
 */
@NullMarked
package dev.rsi.testkit.lm;

import org.jspecify.annotations.NullMarked;

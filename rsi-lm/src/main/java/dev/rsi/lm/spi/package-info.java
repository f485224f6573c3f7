/**
 * What the author of a backend needs. A backend is a {@link dev.rsi.lm.spi.Sampler}, which
 * continues prompts and scores answers, and a {@link dev.rsi.lm.spi.TrainStep}, which takes a step
 * on batches. What surrounds these is the same for all of them: {@link
 * dev.rsi.lm.spi.DecoderSession} makes a session of a sampler, and {@link
 * dev.rsi.lm.spi.DecoderTrainer} a trainer of steps.
 *
 * <p>The suites of {@code dev.rsi.testkit.lm} say whether a sampler and a step keep their word.
 */
@NullMarked
package dev.rsi.lm.spi;

import org.jspecify.annotations.NullMarked;

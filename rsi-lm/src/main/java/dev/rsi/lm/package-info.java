/**
 * Small language models as an application sees them: the shape of a decoder ({@link
 * dev.rsi.lm.DecoderConfig}), its characters ({@link dev.rsi.lm.CharVocabulary}), its files ({@link
 * dev.rsi.lm.ModelDirectory}, {@link dev.rsi.lm.Safetensors}), what it strives for in training
 * ({@link dev.rsi.lm.Objective}, {@link dev.rsi.lm.DecoderTraining}) and how it is sampled ({@link
 * dev.rsi.lm.SamplingParameters}).
 *
 * <p>Nothing here computes a network; backends do, behind {@code dev.rsi.lm.spi}.
 */
@NullMarked
package dev.rsi.lm;

import org.jspecify.annotations.NullMarked;

/**
 * What language-model backends share, in plain Java: the shape of a small decoder ({@link
 * dev.rsi.lm.DecoderConfig}), its characters ({@link dev.rsi.lm.CharVocabulary}), its files ({@link
 * dev.rsi.lm.ModelDirectory}, {@link dev.rsi.lm.Safetensors}), its training batches ({@link
 * dev.rsi.lm.Batches}) and how it is sampled ({@link dev.rsi.lm.SamplingParameters}).
 *
 * <p>Nothing here computes a network; backends do.
 */
@NullMarked
package dev.rsi.lm;

import org.jspecify.annotations.NullMarked;

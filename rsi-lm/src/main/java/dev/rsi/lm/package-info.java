/**
 * What language-model backends share, in plain Java: the shape of a small decoder ({@link
 * dev.rsi.lm.DecoderConfig}), its characters ({@link dev.rsi.lm.CharVocabulary}), its files ({@link
 * dev.rsi.lm.ModelDirectory}, {@link dev.rsi.lm.Safetensors}), its training batches ({@link
 * dev.rsi.lm.Batches}), how it is sampled ({@link dev.rsi.lm.SamplingParameters}) and how its
 * answers are scored ({@link dev.rsi.lm.AnswerScores}).
 *
 * <p>Nothing here computes a network; backends do.
 */
@NullMarked
package dev.rsi.lm;

import org.jspecify.annotations.NullMarked;

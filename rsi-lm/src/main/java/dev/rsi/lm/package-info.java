/**
 * What language-model backends share, in plain Java: the shape of a small decoder ({@link
 * dev.rsi.lm.DecoderConfig}), its characters ({@link dev.rsi.lm.CharVocabulary}), its files ({@link
 * dev.rsi.lm.ModelDirectory}, {@link dev.rsi.lm.Safetensors}), its training batches ({@link
 * dev.rsi.lm.Batches}) and objectives ({@link dev.rsi.lm.Objective}), how it is sampled ({@link
 * dev.rsi.lm.SamplingParameters}) and how its answers are scored ({@link dev.rsi.lm.AnswerScores}).
 *
 * <p>Nothing here computes a network; backends do, behind {@link dev.rsi.lm.Sampler} and {@link
 * dev.rsi.lm.TrainStep}. What surrounds these is the same for all of them: {@link
 * dev.rsi.lm.DecoderSession} and {@link dev.rsi.lm.DecoderTraining}.
 */
@NullMarked
package dev.rsi.lm;

import org.jspecify.annotations.NullMarked;

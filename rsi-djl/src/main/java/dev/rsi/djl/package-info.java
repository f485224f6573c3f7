/**
 * Generation and training on DJL with the PyTorch engine.
 *
 * <p>{@link dev.rsi.djl.DjlGenerator} runs the decoders of {@code dev.rsi.lm}, {@link
 * dev.rsi.djl.DjlTrainer} trains them, {@link dev.rsi.lm.Device} says on which device. Both run a
 * whole batch or a whole training step as one native call.
 *
 * <p><b>Native library.</b> The application adds the library of its platform to its class path, for
 * example {@code ai.djl.pytorch:pytorch-native-cpu:2.7.1} with classifier {@code linux-x86_64}.
 *
 * <p><b>Network.</b> DJL reports its use by default. Before it first touches DJL, this package sets
 * the system properties {@code OPT_OUT_TRACKING} and {@code ai.djl.offline} to {@code true} where
 * they are not set, so that nothing is reported and nothing is downloaded. An application that
 * touches DJL earlier sets both itself.
 *
 * <p><b>Threads.</b> One native thread by default ({@code ai.djl.pytorch.num_threads} and {@code
 * ai.djl.pytorch.num_interop_threads}, set to 1 where they are not set): results then repeat bit by
 * bit, and busy cores are not spun on.
 */
@NullMarked
package dev.rsi.djl;

import org.jspecify.annotations.NullMarked;

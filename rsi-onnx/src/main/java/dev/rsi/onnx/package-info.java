/**
 * Generation and training on plain ONNX Runtime: the library that many Java applications run
 * already, without its training API.
 *
 * <p>A training step (forward, backward, clipping, AdamW) is written as an ordinary graph of
 * ordinary operators, by {@code GraphBuilder} and {@code Gradients}, and run as any model is.
 *
 * <p>For classifiers and routers, {@link dev.rsi.onnx.HeadTrainer} trains a head on a {@link
 * dev.rsi.onnx.FrozenEncoder}, in plain Java.
 *
 * <p>What has no gradient is trained by {@link dev.rsi.onnx.PopulationTrainer}, from forward passes
 * alone.
 *
 * <p><b>Runtime.</b> The application adds {@code com.microsoft.onnxruntime:onnxruntime:1.28.0} for
 * the CPU or {@code onnxruntime_gpu} for a CUDA card to its class path, never both. Nothing is
 * downloaded.
 *
 * <p><b>Network.</b> 1.28.0 reports nothing. 1.29.0 for Linux collects and sends usage data from
 * the moment it starts unless the environment variable {@code ORT_DISABLE_TELEMETRY} is 1, which no
 * library can set for its own process; and without it, it overflows the stack where the command
 * line is a few thousand characters long.
 *
 * <p><b>Threads.</b> A session computes on the thread that calls it: results then repeat bit by
 * bit, and busy cores are not spun on.
 */
@NullMarked
package dev.rsi.onnx;

import org.jspecify.annotations.NullMarked;

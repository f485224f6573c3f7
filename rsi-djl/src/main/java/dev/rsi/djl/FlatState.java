package dev.rsi.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import dev.rsi.lm.spi.Batch;
import java.util.ArrayList;
import java.util.List;

/** Flat vectors in native memory, and the way of batches into it. */
final class FlatState implements AutoCloseable {
  final PtNDManager manager;
  final NDArray weights;
  final NDArray firstMoment;
  final NDArray secondMoment;
  final Uploads uploads = new Uploads();

  FlatState(PtNDManager manager, float[] weights, float[] firstMoment, float[] secondMoment) {
    this.manager = manager;
    this.weights = copy(manager, weights);
    this.firstMoment = copy(manager, firstMoment);
    this.secondMoment = copy(manager, secondMoment);
  }

  /** A vector in the engine's own memory: created arrays may lie over a Java buffer. */
  static NDArray copy(NDManager manager, float[] values) {
    try (NDArray created = manager.create(values)) {
      return created.duplicate();
    }
  }

  /** Inputs of every batch, valid until {@link Uploads#clear}. */
  List<NDArray> inputs(NDManager step, List<Batch> batches) {
    List<NDArray> arrays = new ArrayList<>();
    for (Batch batch : batches) {
      arrays.add(uploads.longs(step, batch.inputs(), new Shape(batch.rows(), batch.length())));
    }
    return arrays;
  }

  List<NDArray> positions(NDManager step, List<Batch> batches) {
    List<NDArray> arrays = new ArrayList<>();
    for (Batch batch : batches) {
      arrays.add(uploads.longs(step, batch.positions(), new Shape(batch.rows(), batch.length())));
    }
    return arrays;
  }

  List<NDArray> targets(NDManager step, List<Batch> batches) {
    List<NDArray> arrays = new ArrayList<>();
    for (Batch batch : batches) {
      Shape shape = new Shape(batch.rows(), batch.answerLength());
      arrays.add(uploads.longs(step, batch.targets(), shape));
    }
    return arrays;
  }

  /** By how much the loss changes with each target's log-probability, one vector per batch. */
  List<NDArray> slopes(NDManager step, List<Batch> batches) {
    long all = batches.stream().mapToLong(batch -> batch.targets().length).sum();
    List<NDArray> arrays = new ArrayList<>();
    for (Batch batch : batches) {
      float[] slopes = batch.slopes(all);
      arrays.add(uploads.floats(step, slopes, new Shape(slopes.length)));
    }
    return arrays;
  }

  @Override
  public void close() {
    manager.close();
  }
}

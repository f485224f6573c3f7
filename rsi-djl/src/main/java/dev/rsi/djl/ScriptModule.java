package dev.rsi.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.spi.Adapters;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A decoder's script, loaded. One thread at a time; freed by {@link #close}. */
final class ScriptModule implements AutoCloseable {
  private final PtSymbolBlock block;

  ScriptModule(PtNDManager manager, DecoderConfig config, @Nullable Adapters adapters) {
    byte[] archive = ScriptArchive.of(ScriptSource.of(config, adapters));
    try {
      block = JniUtils.loadModule(manager, new ByteArrayInputStream(archive), false, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs a method of the script.
   *
   * @param step owns the results; closed by the caller
   * @param gradient whether the method computes gradients. Set at every call, since the mode
   *     belongs to the thread and starts out on
   * @param arguments arrays; neighbours that are named {@code "x[]"} make one list
   */
  NDList call(NDManager step, String method, boolean gradient, List<NDArray> arguments) {
    // The engine reads the method from the name of an array, and gives the results to the manager
    // of the first.
    NDArray carrier = step.create(0f);
    carrier.setName("module_method:" + method);
    NDList list = new NDList(arguments.size() + 1);
    list.add(carrier);
    list.addAll(arguments);
    JniUtils.setGraphExecutorOptimize(false);
    JniUtils.setGradMode(gradient);
    try {
      return IValueUtils.forward(block, list, true);
    } finally {
      JniUtils.setGradMode(false);
    }
  }

  /** Marks an array as part of the list argument {@code name}. */
  static NDArray part(String name, NDArray array) {
    array.setName(name + "[]");
    return array;
  }

  @Override
  public void close() {
    block.close();
  }
}

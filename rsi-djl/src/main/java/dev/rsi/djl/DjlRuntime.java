package dev.rsi.djl;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.rsi.api.RsiException;
import dev.rsi.lm.Device;
import dev.rsi.lm.spi.NativeStart;
import java.util.Locale;

/** Starts the engine once per JVM, offline, silent and with one thread, and opens managers. */
final class DjlRuntime {
  private static final String ENGINE = "PyTorch";

  private DjlRuntime() {}

  /** A manager of native memory on a device. The caller closes it. */
  static PtNDManager open(Device device) {
    Engine engine = engine();
    ai.djl.Device djl;
    if (device.index() >= engine.getGpuCount()) {
      throw new RsiException(
          "Device ("
              + device
              + ") does not exist: the engine sees "
              + engine.getGpuCount()
              + " CUDA cards.\nMaybe add ai.djl.pytorch:pytorch-native-cu128 to the class path, or"
              + " use Device.auto().");
    } else if (device.isAuto()) {
      djl = engine.getGpuCount() > 0 ? ai.djl.Device.gpu(0) : ai.djl.Device.cpu();
    } else {
      djl = device.index() < 0 ? ai.djl.Device.cpu() : ai.djl.Device.gpu(device.index());
    }
    return (PtNDManager) NDManager.newBaseManager(djl, ENGINE);
  }

  /** What ran, for provenance. */
  static String version() {
    return "DJL " + Engine.getDjlVersion() + ", PyTorch " + engine().getVersion();
  }

  private static Engine engine() {
    unlessSet("ai.djl.offline", "true");
    unlessSet("OPT_OUT_TRACKING", "true");
    unlessSet("ai.djl.pytorch.num_threads", "1");
    unlessSet("ai.djl.pytorch.num_interop_threads", "1");
    unlessSet("ai.djl.pytorch.graph_optimizer", "false");
    try {
      Engine engine = Engine.getEngine(ENGINE);
      // Specialising the scripts costs seconds at start and brings nothing at these sizes.
      JniUtils.setGraphExecutorOptimize(false);
      return engine;
    } catch (EngineException | IllegalStateException | LinkageError e) {
      throw new RsiException(missingLibrary(e), e);
    }
  }

  private static void unlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  static String missingLibrary(Throwable cause) {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String platform =
        (os.startsWith("win") ? "win" : os.startsWith("mac") ? "osx" : "linux")
            + (arch.contains("aarch64") || arch.contains("arm64") ? "-aarch64" : "-x86_64");
    return "The PyTorch engine did not start on this platform ("
        + platform
        + "): "
        + cause
        + ".\n"
        + NativeStart.advice(
            cause,
            "Maybe name a directory that this user may write and run programs in:"
                + " -DDJL_CACHE_DIR=<directory>, or -Djava.io.tmpdir=<directory>.",
            "Maybe the native library is missing: add ai.djl.pytorch:pytorch-native-cpu:2.7.1 with"
                + " classifier ("
                + platform
                + ") to the class path.");
  }
}

package dev.rsi.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import dev.rsi.api.RsiException;
import dev.rsi.lm.Device;
import dev.rsi.lm.spi.NativeStart;
import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the runtime that the application has put on its class path, and opens sessions on it: one
 * thread, which is the caller's, no spinning, errors as exceptions and not on the console.
 */
final class OrtRuntime {
  private static final Logger LOG = LoggerFactory.getLogger(OrtRuntime.class);
  private static final String ENVIRONMENT_CLASS = "ai/onnxruntime/OrtEnvironment.class";
  private static final String VERSION = "1.28.0";

  private OrtRuntime() {}

  /** The runtime's environment. There is one per process; whoever asks first sets its logging. */
  static OrtEnvironment environment() {
    try {
      return OrtStart.environment();
    } catch (IllegalStateException | LinkageError e) {
      throw new RsiException(missingLibrary(e), e);
    }
  }

  /** What ran, for provenance. */
  static String version() {
    return "ONNX Runtime " + environment().getVersion();
  }

  /** Refuses a class path with both runtimes: the first one wins, whichever that is. */
  static void requireOne(ClassLoader loader) {
    try {
      List<URL> found = Collections.list(loader.getResources(ENVIRONMENT_CLASS));
      if (found.size() > 1) {
        throw new RsiException(
            "There are "
                + found.size()
                + " ONNX Runtimes on the class path ("
                + found
                + ").\nMaybe keep onnxruntime for the CPU or onnxruntime_gpu for a card, not"
                + " both.");
      }
    } catch (IOException e) {
      throw new RsiException("Cannot search the class path for ONNX Runtime: " + e, e);
    }
  }

  /**
   * Options of a session on a device. The caller closes them.
   *
   * @throws RsiException if a card is asked for and cannot be used; the message has the reason
   */
  static SessionOptions options(Device device) {
    ClassLoader loader = OrtEnvironment.class.getClassLoader();
    requireOne(loader == null ? ClassLoader.getSystemClassLoader() : loader);
    boolean compiled = cudaCompiled();
    SessionOptions options = new SessionOptions();
    try {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OptLevel.ALL_OPT);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.addConfigEntry("session.inter_op.allow_spinning", "0");
      String chosen = addCard(options, device, compiled) ? "a CUDA card" : "the CPU";
      LOG.trace(
          "{} (artifact {}) computes on {}",
          version(),
          compiled ? "onnxruntime_gpu" : "onnxruntime",
          chosen);
      return options;
    } catch (OrtException e) {
      options.close();
      throw failed("set the options of a session", e);
    } catch (RuntimeException | Error e) {
      options.close();
      throw e;
    }
  }

  /** Whether the artifact on the class path is the one for cards; says nothing about a card. */
  static boolean cudaCompiled() {
    environment();
    return OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA);
  }

  private static boolean addCard(SessionOptions options, Device device, boolean compiled) {
    if (device.isAuto() ? !compiled : device.index() < 0) {
      return false;
    }
    // The options' own constructor says why CUDA cannot be loaded; addCUDA(int) does not.
    try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(Math.max(0, device.index()))) {
      options.addCUDA(cuda);
      return true;
    } catch (OrtException e) {
      if (device.isAuto()) {
        LOG.info("No CUDA card, computing on the CPU: {}", e.getMessage());
        return false;
      }
      throw new RsiException(
          "Device ("
              + device
              + ") cannot be used: "
              + e.getMessage()
              + ".\nMaybe "
              + (compiled
                  ? "install the CUDA 12 libraries that are named above, or use Device.cpu()."
                  : "put com.microsoft.onnxruntime:onnxruntime_gpu:"
                      + VERSION
                      + " on the class path in place of onnxruntime, or use Device.auto()."),
          e);
    }
  }

  static RsiException failed(String what, OrtException cause) {
    return new RsiException("ONNX Runtime could not " + what + ": " + cause.getMessage(), cause);
  }

  static String missingLibrary(Throwable cause) {
    String platform =
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT)
            + " "
            + System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return "ONNX Runtime did not start on this platform ("
        + platform
        + "): "
        + cause
        + ".\n"
        + NativeStart.advice(
            cause,
            "Maybe name a directory that this user may write and run programs in:"
                + " -Djava.io.tmpdir=<directory>.",
            "Maybe it is missing: add com.microsoft.onnxruntime:onnxruntime:"
                + VERSION
                + " (or onnxruntime_gpu) to the class path. It has native libraries for Linux and"
                + " Windows on x86_64, and for Linux and macOS on aarch64.");
  }
}

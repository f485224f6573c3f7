package dev.rsi.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Starts the runtime on a thread whose stack is large enough.
 *
 * <p>ONNX Runtime 1.29.0 on Linux matches a pattern against the process's command line as its
 * environment is made, in a recursion of about 250 bytes of stack per character. A class path of
 * some 4,000 characters, as Maven and most applications write it, then overflows the megabyte that
 * Java gives a thread, and the process dies of a segmentation fault without a message.
 */
final class OrtStart {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
  private static final long BASE_STACK = 4L << 20;
  private static final long STACK_PER_BYTE = 512;

  private OrtStart() {}

  /** Started by whoever asks first, once: the runtime has one environment per process. */
  private static final class Once {
    static final CompletableFuture<OrtEnvironment> STARTED = start();
  }

  /** The environment of this process; what the runtime threw if it could not start. */
  static OrtEnvironment environment() {
    try {
      return Once.STARTED.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static CompletableFuture<OrtEnvironment> start() {
    CompletableFuture<OrtEnvironment> started = new CompletableFuture<>();
    Runnable start =
        () -> {
          try {
            started.complete(
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "rsi"));
          } catch (RuntimeException | Error e) {
            started.completeExceptionally(e);
          }
        };
    Thread thread = new Thread(null, start, "rsi-onnx-start", stackBytes());
    thread.setDaemon(true);
    thread.start();
    return started;
  }

  /** What the runtime needs for the command line that this process has. */
  static long stackBytes() {
    try {
      return BASE_STACK + STACK_PER_BYTE * Files.readAllBytes(COMMAND_LINE).length;
    } catch (IOException e) {
      // Not Linux, or nothing that the runtime could read either.
      return BASE_STACK;
    }
  }
}

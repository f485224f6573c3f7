package dev.rsi.lm.spi;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says why a native library did not start: what is the matter, and the way out. */
public final class NativeStart {
  private static final int CAUSES = 16;

  private NativeStart() {}

  /**
   * What is known of a failure.
   *
   * @param thrown what the library threw; its causes are looked at as well
   * @param files where it writes its files, and how another place is named
   * @param missing what to say where nothing else is known: that it is missing, and where from
   * @return one or two sentences
   */
  public static String advice(Throwable thrown, String files, String missing) {
    Throwable cause = thrown;
    for (int i = 0; cause != null && i < CAUSES; i++) {
      String words = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
      if (words.contains("already loaded in another classloader")) {
        return "Another class loader of this JVM has it, and there is one for each JVM. Maybe put"
            + " its jars where both deployments find them, as the server's own; or deploy once.";
      }
      if (cause instanceof IOException || isOfFiles(words)) {
        return "Its files could not be written (" + cause + "). " + files;
      }
      if (words.contains("version `glibc") || words.contains("wrong elf class")) {
        return "It was built for another system (" + cause.getMessage() + "). " + missing;
      }
      cause = cause.getCause();
    }
    return missing;
  }

  private static boolean isOfFiles(@Nullable String words) {
    return words != null
        && (words.contains("read-only file system")
            || words.contains("permission denied")
            || words.contains("no space left on device")
            || words.contains("operation not permitted")
            || words.contains(FileSystemException.class.getSimpleName().toLowerCase(Locale.ROOT)));
  }
}

package dev.rsi.core.internal.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The disk that a training works on, which is the registry's: when it is full, the trainer is the
 * first to hear of it, and not to blame.
 */
final class WorkDisk {
  /** What is tried to be written: more than what a file system keeps inside an inode. */
  private static final int TRIED = 1 << 16;

  /** What systems say of a disk that takes nothing more, whichever part hears it. */
  private static final List<String> SAID =
      List.of(
          "no space left on device",
          "not enough space on the disk",
          "disk quota exceeded",
          "read-only file system",
          "too many open files");

  private WorkDisk() {}

  /**
   * What kept a training from its work directory, in words; null if nothing did. A trainer whose
   * process wrote for it may not know, so it is tried. What it wrote is still there, or the disk
   * would not be full any more.
   *
   * @param work where it may write
   * @param thrown what it threw
   */
  static @Nullable String want(Path work, Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      String said = String.valueOf(cause.getMessage());
      if (isWant(said)) {
        return words(work, said);
      }
      if (cause.getCause() == cause) {
        break;
      }
    }
    return tried(work);
  }

  private static boolean isWant(String said) {
    String lower = said.toLowerCase(Locale.ROOT);
    return SAID.stream().anyMatch(lower::contains);
  }

  private static @Nullable String tried(Path work) {
    if (!Files.isDirectory(work)) {
      return null;
    }
    Path trial = work.resolve(".room");
    try (FileChannel channel =
        FileChannel.open(
            trial,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      ByteBuffer bytes = ByteBuffer.allocate(TRIED);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
      return null;
    } catch (AccessDeniedException | NoSuchFileException e) {
      // The trainer's own doing.
      return null;
    } catch (IOException e) {
      return words(work, String.valueOf(e.getMessage()));
    }
  }

  private static String words(Path work, String said) {
    return "The training could not write its work directory ("
        + work
        + "): "
        + said
        + ".\nMaybe the disk is full: make room, and resume the run.";
  }
}

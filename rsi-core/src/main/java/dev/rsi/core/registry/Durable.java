package dev.rsi.core.registry;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.BooleanSupplier;

/**
 * File operations that have reached the disk when they return.
 *
 * <p>None of them is stopped by an interrupt of the thread: a loop that is cancelled still has its
 * last step to record. That is why streams of {@code java.io} are used, not channels.
 */
final class Durable {
  // Windows opens no directory as a file, and needs no sync of it.
  private static final boolean DIRECTORIES_CAN_BE_SYNCED = File.separatorChar == '/';
  private static final int BUFFER = 1 << 17;

  private Durable() {}

  /**
   * Copies a file, and describes what was copied.
   *
   * @param most it ends soon after so many bytes, with a size that tells
   * @param cancelled asked now and then, and ends it
   */
  static Manifest.Entry copy(Path from, Path to, String path, long most, BooleanSupplier cancelled)
      throws IOException {
    try (FileOutputStream out = new FileOutputStream(to.toFile())) {
      Manifest.Entry entry = pump(from, out, path, most, cancelled);
      out.getFD().sync();
      return entry;
    }
  }

  /** Describes what a file holds. */
  static Manifest.Entry describe(Path file, String path) throws IOException {
    return pump(file, OutputStream.nullOutputStream(), path, Long.MAX_VALUE, () -> false);
  }

  private static Manifest.Entry pump(
      Path from, OutputStream to, String path, long most, BooleanSupplier cancelled)
      throws IOException {
    Hasher hasher = Hashing.sha256().newHasher();
    long size = 0;
    byte[] buffer = new byte[BUFFER];
    try (FileInputStream in = new FileInputStream(from.toFile())) {
      for (int read = in.read(buffer); read >= 0 && size <= most; read = in.read(buffer)) {
        VersionFiles.checkGoesOn(cancelled);
        hasher.putBytes(buffer, 0, read);
        to.write(buffer, 0, read);
        size += read;
      }
    }
    return new Manifest.Entry(path, size, hasher.hash().toString());
  }

  /** Writes a file, or replaces it: whoever reads it finds the old content or the new. */
  static void replace(Path file, byte[] content, Path temporary) throws IOException {
    writeSynced(temporary, content);
    move(temporary, file);
  }

  /** Moves a file or directory at one instant. */
  static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    Path parent = to.getParent();
    if (parent != null) {
      sync(parent);
    }
  }

  /** Writes a file, which is not durable yet. */
  static void write(Path file, byte[] content) throws IOException {
    try (FileOutputStream out = new FileOutputStream(file.toFile())) {
      out.write(content);
    }
  }

  /** Writes a file that is not there yet, durably but for its name. */
  static void writeSynced(Path file, byte[] content) throws IOException {
    try (FileOutputStream out = new FileOutputStream(file.toFile())) {
      out.write(content);
      out.getFD().sync();
    }
  }

  /** Makes the names in a directory durable. */
  static void sync(Path directory) throws IOException {
    if (!DIRECTORIES_CAN_BE_SYNCED) {
      return;
    }
    uninterrupted(
        () -> {
          try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
            return directory;
          }
        });
  }

  /** Deletes a file or directory with all that is in it, if it is there. */
  static void delete(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      // Insecure only against somebody who swaps directories for links while we delete.
      MoreFiles.deleteRecursively(path, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  /** Work on a channel, which an interrupt would close. */
  interface ChannelWork<V> {
    V run() throws IOException;
  }

  /** Does it again until it was not interrupted; the interrupt is kept for the caller. */
  static <V> V uninterrupted(ChannelWork<V> work) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return work.run();
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

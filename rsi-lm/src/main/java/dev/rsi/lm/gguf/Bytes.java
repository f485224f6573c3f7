package dev.rsi.lm.gguf;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;

/** The bytes of a file of any size: mapped, in windows of 1 GiB; a small file is read. */
final class Bytes {
  private static final long WINDOW = 1L << 30;

  /** A small file is read: each mapping stays until the collector finds it. */
  private static final long SMALL = 4L << 20;

  private final List<ByteBuffer> windows = new ArrayList<>();
  private final long window;
  private final long size;

  Bytes(FileInputStream in) throws IOException {
    this(in, WINDOW, SMALL);
  }

  /**
   * Maps with windows of another size.
   *
   * @param window bytes, more than any view
   * @param small bytes of a file that is read
   */
  Bytes(FileInputStream in, long window, long small) throws IOException {
    FileChannel channel = in.getChannel();
    this.window = window;
    size = channel.size();
    if (size <= small) {
      byte[] all = in.readNBytes((int) size);
      if (all.length < size) {
        throw new IOException("the file became shorter while it was read");
      }
      windows.add(ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN));
      return;
    }
    for (long from = 0; from < size; from += window) {
      windows.add(
          channel
              .map(FileChannel.MapMode.READ_ONLY, from, Math.min(window, size - from))
              .order(ByteOrder.LITTLE_ENDIAN));
    }
  }

  long size() {
    return size;
  }

  /** A view of some bytes, or a copy where two windows have them. */
  ByteBuffer at(long position, int length) {
    // A small file is one window, whatever its size.
    int index = windows.size() == 1 ? 0 : (int) (position / window);
    ByteBuffer first = windows.get(index);
    int from = (int) (position - index * window);
    if (first.capacity() - from >= length) {
      return first.slice(from, length).order(ByteOrder.LITTLE_ENDIAN);
    }
    ByteBuffer copy = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    int inFirst = first.capacity() - from;
    copy.put(first.slice(from, inFirst));
    copy.put(windows.get(index + 1).slice(0, length - inFirst));
    return copy.flip();
  }
}

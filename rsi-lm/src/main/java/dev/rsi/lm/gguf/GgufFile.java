package dev.rsi.lm.gguf;

import dev.rsi.api.CorruptModelException;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A GGUF file of version 2 or 3: what it says of itself, its tensors, and their numbers as floats.
 * The file is mapped, never held on the heap, and may be of any size. Immutable and thread-safe;
 * whoever cuts the file short while it is mapped ends the reading with an {@link InternalError}.
 */
public final class GgufFile {
  private final Path file;
  private final Bytes bytes;
  private final Map<String, Object> metadata;
  private final Map<String, GgufTensor> tensors;

  private GgufFile(Path file, Bytes bytes, GgufReader reader) {
    this.file = file;
    this.bytes = bytes;
    this.metadata = Collections.unmodifiableMap(reader.metadata());
    this.tensors = Collections.unmodifiableMap(reader.tensors());
  }

  /**
   * Reads metadata and the table of tensors.
   *
   * @throws CorruptModelException if the file is missing, damaged, cut short or of another kind, or
   *     has a tensor of a type that is not known; it names the place
   */
  public static GgufFile open(Path file) {
    try (FileInputStream in = new FileInputStream(file.toFile())) {
      Bytes bytes = new Bytes(in);
      GgufReader reader = new GgufReader(file, bytes);
      reader.read();
      return new GgufFile(file, bytes, reader);
    } catch (IOException e) {
      boolean missing = Files.notExists(file);
      throw new CorruptModelException(
          file,
          missing ? "(file)" : "(content)",
          missing ? "to exist" : "to be read",
          missing ? "no such file" : e.toString(),
          e);
    }
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /**
   * What the file says of itself, in its order: {@link String}, {@link Long} (of 64 bits without a
   * sign in one of Java's), {@link Double}, {@link Boolean}; an array stands as its {@link
   * #strings}, {@link #integers} or {@link #floats} alone.
   */
  public Map<String, Object> metadata() {
    return metadata;
  }

  /** The tensors by their names, in the file's order. */
  public Map<String, GgufTensor> tensors() {
    return tensors;
  }

  private GgufReader.@Nullable Array array(String name, GgufReader.Kind kind) {
    Object value = metadata.get(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof GgufReader.Array array) || array.kind() != kind) {
      throw new CorruptModelException(
          file, name, "an array of " + kind.name().toLowerCase(java.util.Locale.ROOT), value + "");
    }
    return array;
  }

  /**
   * An array of strings, or null if the file has none of that name.
   *
   * @throws CorruptModelException if it is something else
   */
  public @Nullable List<String> strings(String name) {
    GgufReader.Array array = array(name, GgufReader.Kind.STRINGS);
    return array == null ? null : new GgufReader(file, bytes).strings(array);
  }

  /** An array of whole numbers, or null; of those of 64 bits without a sign as Java's. */
  public long @Nullable [] integers(String name) {
    GgufReader.Array array = array(name, GgufReader.Kind.INTEGERS);
    return array == null ? null : new GgufReader(file, bytes).integers(array);
  }

  /** An array of numbers, or null. */
  public float @Nullable [] floats(String name) {
    GgufReader.Array array = array(name, GgufReader.Kind.FLOATS);
    return array == null ? null : new GgufReader(file, bytes).floats(array);
  }

  /**
   * Reads numbers of a tensor.
   *
   * @param tensor one of {@link #tensors}
   * @param from the first number, a multiple of the type's {@link GgufType#blockNumbers}
   * @param out is filled; as many numbers, and a multiple of the same
   * @throws IllegalArgumentException if the tensor has no such numbers
   */
  public void read(GgufTensor tensor, long from, float[] out) {
    int numbers = tensor.type().blockNumbers();
    if (!tensor.equals(tensors.get(tensor.name()))) {
      throw new IllegalArgumentException(
          "The tensor (" + tensor.name() + ") is of another file.\nMaybe take it from tensors().");
    }
    if (from < 0
        || from % numbers != 0
        || out.length % numbers != 0
        || from > tensor.size() - out.length) {
      throw new IllegalArgumentException(
          "The tensor ("
              + tensor.name()
              + ") has "
              + tensor.size()
              + " numbers in blocks of "
              + numbers
              + ", not those from ("
              + from
              + ") to ("
              + (from + out.length)
              + ").\nMaybe read whole rows.");
    }
    int blockBytes = tensor.type().blockBytes();
    long position = tensor.position() + from / numbers * blockBytes;
    // Some thousand blocks at once: few views, and none longer than a window.
    int most = Math.max(1, (1 << 20) / blockBytes);
    int blocks = out.length / numbers;
    for (int done = 0; done < blocks; done += most) {
      int some = Math.min(most, blocks - done);
      ByteBuffer view = bytes.at(position + (long) done * blockBytes, some * blockBytes);
      for (int i = 0; i < some; i++) {
        Blocks.read(tensor.type(), view, i * blockBytes, out, (done + i) * numbers);
      }
    }
  }
}

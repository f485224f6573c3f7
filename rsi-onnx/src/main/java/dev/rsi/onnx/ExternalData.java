package dev.rsi.onnx;

import dev.rsi.api.CorruptModelException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The files beside an ONNX model in which it says that its weights are. The runtime would read them
 * from wherever the model says, also from outside the model's directory: so it is looked first.
 */
final class ExternalData {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED_32 = 5;

  /** Messages in messages: graphs lie in the attributes of nodes. */
  private static final int MAX_DEPTH = 100;

  /** The messages of onnx.proto in which a tensor may lie, with the fields that lead to it. */
  private enum Message {
    MODEL,
    TRAINING,
    FUNCTION,
    GRAPH,
    NODE,
    ATTRIBUTE,
    SPARSE,
    TENSOR,
    EXTERNAL;

    @Nullable Message in(int field) {
      return FIELDS.getOrDefault(this, Map.of()).get(field);
    }
  }

  private static final Map<Message, Map<Integer, Message>> FIELDS =
      Map.of(
          Message.MODEL,
          Map.of(7, Message.GRAPH, 20, Message.TRAINING, 25, Message.FUNCTION),
          Message.TRAINING,
          Map.of(1, Message.GRAPH, 2, Message.GRAPH),
          Message.FUNCTION,
          Map.of(7, Message.NODE, 11, Message.ATTRIBUTE),
          Message.GRAPH,
          Map.of(1, Message.NODE, 5, Message.TENSOR, 15, Message.SPARSE),
          Message.NODE,
          Map.of(5, Message.ATTRIBUTE),
          Message.ATTRIBUTE,
          Map.of(
              5,
              Message.TENSOR,
              6,
              Message.GRAPH,
              10,
              Message.TENSOR,
              11,
              Message.GRAPH,
              22,
              Message.SPARSE,
              23,
              Message.SPARSE),
          Message.SPARSE,
          Map.of(1, Message.TENSOR, 2, Message.TENSOR),
          Message.TENSOR,
          Map.of(13, Message.EXTERNAL),
          Message.EXTERNAL,
          Map.of());

  private final Set<String> locations = new TreeSet<>();

  private ExternalData() {}

  /**
   * What a model names, as it names it, sorted.
   *
   * @throws IllegalArgumentException if the content is no model
   */
  static Set<String> locations(ByteBuffer model) {
    ExternalData data = new ExternalData();
    try {
      data.read(Message.MODEL, model, 0);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("it ends in the midst of a field", e);
    }
    return data.locations;
  }

  /**
   * Makes sure that a model of a file takes weights from its own directory alone.
   *
   * @throws CorruptModelException if it names a file that is elsewhere, or none
   */
  static void check(Path file) {
    Set<String> named;
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "r")) {
      named = locations(opened.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, opened.length()));
    } catch (IOException | IllegalArgumentException e) {
      throw new CorruptModelException(
          file, "(model)", "an ONNX model of less than 2 GiB", String.valueOf(e.getMessage()), e);
    }
    named.forEach(location -> resolve(file, location));
  }

  /**
   * The file of a location.
   *
   * @param model the model's own file
   * @throws CorruptModelException if it does not lie in the model's directory, whatever links say
   */
  static Path resolve(Path model, String location) {
    try {
      Path directory = model.toAbsolutePath().resolveSibling("").toRealPath();
      Path real = directory.resolve(location).toRealPath();
      if (!Path.of(location).isAbsolute()
          && real.startsWith(directory)
          && Files.isRegularFile(real)) {
        return real;
      }
    } catch (IOException | InvalidPathException e) {
      throw elsewhere(model, location, e);
    }
    throw elsewhere(model, location, null);
  }

  private static CorruptModelException elsewhere(
      Path model, String location, @Nullable Exception cause) {
    return new CorruptModelException(
        model,
        "external_data.location",
        "a file in the model's own directory (or save the model with its weights inside)",
        location,
        cause);
  }

  private void read(Message message, ByteBuffer in, int depth) {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException("messages in messages, " + MAX_DEPTH + " deep");
    }
    String key = "";
    String value = "";
    while (in.hasRemaining()) {
      long tag = varint(in);
      int field = (int) (tag >>> 3);
      switch ((int) tag & 7) {
        case VARINT -> varint(in);
        case FIXED_64 -> in.getLong();
        case FIXED_32 -> in.getInt();
        case BYTES -> {
          ByteBuffer content = content(in);
          Message inner = message.in(field);
          if (inner != null) {
            read(inner, content, depth + 1);
          } else if (message == Message.EXTERNAL && field == 1) {
            key = StandardCharsets.UTF_8.decode(content).toString();
          } else if (message == Message.EXTERNAL && field == 2) {
            value = StandardCharsets.UTF_8.decode(content).toString();
          }
        }
        default -> throw new IllegalArgumentException("a field of kind " + (tag & 7));
      }
    }
    if (key.equals("location")) {
      locations.add(value);
    }
  }

  private static ByteBuffer content(ByteBuffer in) {
    long length = varint(in);
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    ByteBuffer content = in.slice(in.position(), (int) length);
    in.position(in.position() + (int) length);
    return content;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than 64 bits");
  }
}

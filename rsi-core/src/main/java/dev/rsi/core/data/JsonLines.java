package dev.rsi.core.data;

import dev.rsi.core.internal.JsonException;
import dev.rsi.core.internal.JsonLine;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** See {@link Datasets#readJsonl} and {@link Datasets#writeJsonl}. */
final class JsonLines {
  private static final int MOST_BYTES = 1 << 24;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private JsonLines() {}

  static void read(Path file, Consumer<Datasets.Line> each) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int number = 1;
      for (int next = in.read(); next >= 0; next = in.read()) {
        if (next == '\n') {
          read(file, number++, line, each);
          line.reset();
        } else if (line.size() == MOST_BYTES) {
          throw new IllegalArgumentException(
              place(file, number)
                  + " has more than ("
                  + MOST_BYTES
                  + ") bytes.\nMaybe the file is one JSON value, and no line for each item.");
        } else {
          line.write(next);
        }
      }
      read(file, number, line, each);
    } catch (IOException e) {
      throw new UncheckedIOException("File (" + file + ") cannot be read.", e);
    }
  }

  private static String place(Path file, int number) {
    return "File (" + file + "), line (" + number + ")";
  }

  private static void read(
      Path file, int number, ByteArrayOutputStream bytes, Consumer<Datasets.Line> each) {
    String place = place(file, number);
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes.toByteArray()))
              .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          place + " is not UTF-8.\nMaybe it was saved in another encoding: save it as UTF-8.", e);
    }
    if (number == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
      text = text.substring(1);
    }
    if (text.isBlank()) {
      return;
    }
    Map<String, Object> fields;
    try {
      fields = JsonLine.read(text);
    } catch (JsonException e) {
      throw new IllegalArgumentException(
          place
              + " is no JSON object: "
              + e.getMessage()
              + (text.stripLeading().startsWith("[")
                  ? ".\nMaybe the file is a JSON array: it should have an object a line."
                  : ".\nMaybe the file was cut, or an object goes over several lines."),
          e);
    }
    try {
      each.accept(new Datasets.Line(place, number, fields));
    } catch (RuntimeException e) {
      String message = String.valueOf(e.getMessage());
      throw message.startsWith(place)
          ? e
          : new IllegalArgumentException(place + " was not taken: " + message, e);
    }
  }

  static <T> void write(
      Path file,
      Iterable<? extends T> items,
      Function<? super T, ? extends Map<String, ?>> fields) {
    Path whole = file.toAbsolutePath();
    try {
      String name = "." + whole.getFileName() + "." + ProcessHandle.current().pid() + ".part";
      Path part = whole.resolveSibling(name);
      try {
        writeTo(part, items, fields);
        Files.move(
            part, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("File (" + file + ") cannot be written.", e);
    }
  }

  private static <T> void writeTo(
      Path part, Iterable<? extends T> items, Function<? super T, ? extends Map<String, ?>> fields)
      throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
      int at = 0;
      for (T item : items) {
        try {
          out.write(JsonLine.write(fields.apply(item)).getBytes(StandardCharsets.UTF_8));
        } catch (JsonException e) {
          throw new IllegalArgumentException(
              "Item (" + at + ") cannot be written as a line: " + e.getMessage() + ".", e);
        }
        out.write('\n');
        at++;
      }
      out.flush();
      channel.force(true);
    }
  }
}

package dev.rsi.lm.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.CorruptModelException;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufFileTest {
  @TempDir Path temp;

  /** Tensors of all types beside what the package gguf makes of them: gguf_tensors.py. */
  static Path types() {
    try {
      return Path.of(Objects.requireNonNull(GgufFileTest.class.getResource("types.gguf")).toURI());
    } catch (java.net.URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static float[] all(GgufFile file, String name) {
    GgufTensor tensor = file.tensors().get(name);
    float[] numbers = new float[(int) tensor.size()];
    file.read(tensor, 0, numbers);
    return numbers;
  }

  private static int[] bits(float[] numbers) {
    int[] bits = new int[numbers.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(numbers[i]));
    return bits;
  }

  @ParameterizedTest
  @EnumSource(GgufType.class)
  void should_read_each_type_as_the_reference_does_bit_for_bit(GgufType type) {
    GgufFile file = GgufFile.open(types());
    assertThat(file.tensors().get(type.name()).type()).isEqualTo(type);
    assertThat(file.tensors().get(type.name()).shape()).containsExactly(3L, 512L);
    assertThat(bits(all(file, type.name()))).isEqualTo(bits(all(file, type + ".expected")));
  }

  @ParameterizedTest
  @EnumSource(GgufType.class)
  void should_read_parts_of_a_tensor(GgufType type) {
    GgufFile file = GgufFile.open(types());
    GgufTensor tensor = file.tensors().get(type.name());
    float[] whole = all(file, type.name());
    float[] row = new float[512];
    file.read(tensor, 512, row);
    assertThat(bits(row)).isEqualTo(bits(Arrays.copyOfRange(whole, 512, 1024)));
    assertThatThrownBy(() -> file.read(tensor, 1280, row)).hasMessageContaining("(1280)");
    assertThatThrownBy(() -> file.read(tensor, -512, row)).hasMessageContaining("(-512)");
    assertThatThrownBy(() -> file.read(tensor, Long.MAX_VALUE - 511, row))
        .isInstanceOf(IllegalArgumentException.class);
    GgufTensor other = new GgufTensor("other", List.of(512L), type, 0);
    assertThatThrownBy(() -> file.read(other, 0, row)).hasMessageContaining("(other)");
  }

  @Test
  void should_read_what_a_file_says_of_itself() {
    GgufFile file = GgufFile.open(types());
    assertThat(file.metadata())
        .containsEntry("general.architecture", "llama")
        .containsEntry("a.uint8", 200L)
        .containsEntry("a.int8", -100L)
        .containsEntry("a.uint16", 60_000L)
        .containsEntry("a.int16", -30_000L)
        .containsEntry("a.uint32", 4_000_000_000L)
        .containsEntry("a.int32", -2_000_000_000L)
        .containsEntry("a.uint64", 9_000_000_000_000_000_000L)
        .containsEntry("a.int64", -9_000_000_000_000_000_000L)
        .containsEntry("a.float32", (double) 0.1f)
        .containsEntry("a.float64", 0.1)
        .containsEntry("a.bool", true)
        .containsEntry("a.string", "Größe 漢字 😀");
    assertThat(file.strings("an.array.of.strings")).containsExactly("", "a", "漢字");
    assertThat(file.integers("an.array.of.integers")).containsExactly(1, -2, 3);
    assertThat(file.floats("an.array.of.floats")).containsExactly(0.5f, -1.5f);
    assertThat(file.strings("none")).isNull();
    assertThatThrownBy(() -> file.strings("a.bool"))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("(a.bool): expected an array of strings, found true");
  }

  @Test
  void should_refuse_a_file_that_is_cut_short_at_any_place() throws IOException {
    // GIVEN
    byte[] sound = Files.readAllBytes(types());
    Path file = temp.resolve("short.gguf");
    for (int length = 0; length < sound.length; length += length < 3_000 ? 7 : 4_001) {
      Files.write(file, Arrays.copyOf(sound, length));
      // WHEN THEN
      assertThatThrownBy(() -> GgufFile.open(file))
          .as("%s bytes", length)
          .isInstanceOf(CorruptModelException.class)
          .hasMessageContaining("short.gguf");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(magic) 0 4 7",
        "(version) 4 4 1",
        "(version) 4 4 50331648",
        "(tensors) 8 8 9999999",
        "(tensors) 8 8 -1",
        "(metadata) 16 8 9999999",
        "metadata[0] 24 8 99999999999",
        "general.architecture 52 4 13",
        "general.architecture 52 4 -1",
        "general.architecture 56 8 -1",
      })
  void should_name_the_place_of_what_is_wrong(String damage) throws IOException {
    // GIVEN a number written over another
    String[] parts = damage.split(" ", -1);
    byte[] bytes = Files.readAllBytes(types());
    ByteBuffer content = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int at = Integer.parseInt(parts[1]);
    long number = Long.parseLong(parts[3]);
    if (parts[2].equals("4")) {
      content.putInt(at, (int) number);
    } else {
      content.putLong(at, number);
    }
    Path file = temp.resolve("damaged.gguf");
    Files.write(file, bytes);
    // WHEN THEN
    assertThatThrownBy(() -> GgufFile.open(file))
        .isInstanceOfSatisfying(
            CorruptModelException.class, e -> assertThat(e.field()).isEqualTo(parts[0]));
  }

  @Test
  void should_refuse_types_that_are_not_known_with_those_that_are() throws IOException {
    // GIVEN the number of a type behind a tensor's name and sizes
    byte[] bytes = Files.readAllBytes(types());
    int name = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("Q6_K");
    ByteBuffer content = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    content.putInt(name + 4 + 4 + 16, 10);
    Path file = temp.resolve("type.gguf");
    Files.write(file, bytes);
    // WHEN THEN
    assertThatThrownBy(() -> GgufFile.open(file))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("field (Q6_K)")
        .hasMessageContaining("type (10)")
        .hasMessageContaining("Q4_1, Q5_0, Q8_0");
    assertThatThrownBy(() -> GgufFile.open(temp.resolve("none.gguf")))
        .hasMessageContaining("no such file");
  }

  @Test
  void should_see_the_same_bytes_through_windows_of_any_size() throws IOException {
    // GIVEN
    byte[] content = Files.readAllBytes(types());
    Random random = new Random(18);
    for (long window : new long[] {1 << 10, 4_096, 9_999}) {
      Bytes bytes;
      try (FileInputStream in = new FileInputStream(types().toFile())) {
        bytes = new Bytes(in, window, 0);
      }
      assertThat(bytes.size()).isEqualTo(content.length);
      for (int i = 0; i < 1_000; i++) {
        int length = random.nextInt(1_000);
        int at = random.nextInt(content.length - length);
        // WHEN
        byte[] seen = new byte[length];
        bytes.at(at, length).get(seen);
        // THEN
        assertThat(seen).isEqualTo(Arrays.copyOfRange(content, at, at + length));
      }
    }
  }
}

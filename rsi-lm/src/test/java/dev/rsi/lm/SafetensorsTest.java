package dev.rsi.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.CorruptModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir Path temp;

  @Test
  void should_read_what_it_wrote() {
    Path file = temp.resolve("a.safetensors");
    List<Parameter> table =
        List.of(new Parameter("b", List.of(2, 3), 0), new Parameter("a", List.of(1), 6));
    float[] values = {1, -2, 3.5f, Float.MIN_VALUE, Float.MAX_VALUE, -0f, 7};
    Safetensors.write(file, Map.of("format", "pt"), table, values);
    Safetensors read = Safetensors.read(file);
    assertThat(read.flat(table)).isEqualTo(values);
    assertThat(read.names()).containsExactly("a", "b");
    assertThat(read.metadata()).isEqualTo(Map.of("format", "pt"));
  }

  @Test
  void should_begin_the_data_at_a_multiple_of_eight() throws Exception {
    Path file = temp.resolve("a.safetensors");
    for (String name : List.of("a", "ab", "abc", "é")) {
      Safetensors.write(file, Map.of(), List.of(new Parameter(name, List.of(1), 0)), new float[1]);
      assertThat(Files.size(file) % 8).isEqualTo(4);
    }
  }

  @Test
  void should_widen_half_precision() throws Exception {
    byte[] data = {0x00, 0x3C, 0x00, (byte) 0xC0, 0x01, 0x00, (byte) 0xFF, 0x7B};
    Path half = write("{'x':{'dtype':'F16','shape':[4],'data_offsets':[0,8]}}", data);
    List<Parameter> table = List.of(new Parameter("x", List.of(4), 0));
    assertThat(Safetensors.read(half).flat(table)).containsExactly(1, -2, 0x1p-24f, 65504);
    byte[] brain = {(byte) 0x80, 0x3F, 0x00, (byte) 0xC0};
    Path file = write("{'x':{'dtype':'BF16','shape':[2],'data_offsets':[0,4]}}", brain);
    assertThat(Safetensors.read(file).flat(List.of(new Parameter("x", List.of(2), 0))))
        .containsExactly(1, -2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'x':{'dtype':'F33','shape':[1],'data_offsets':[0,4]}} | 4 | x.dtype | one of",
        "{'x':{'shape':[1],'data_offsets':[0,4]}} | 4 | x.dtype | one of",
        "{'x':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}} | 4 | x.shape | whole numbers",
        "{'x':{'dtype':'F32','shape':[1.5],'data_offsets':[0,4]}} | 4 | x.shape | whole numbers",
        "{'x':{'dtype':'F32','data_offsets':[0,4]}} | 4 | x.shape | an array",
        "{'x':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}} | 4 | x.data_offsets | begin and end, in order",
        "{'x':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}} | 4 | x.data_offsets | 8 bytes",
        "{'x':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | 3 | x.data_offsets | an end <= 3",
        "{'x':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | 5 | (data) | 4 bytes",
        "{'x':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | 8 | x.data_offsets | to begin at 0",
        "{'x':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,4]}} | 4 | x.shape |"
            + " a size below",
        "{'__metadata__':{'a':1}} | 0 | __metadata__.a | a string",
        "{'__metadata__':3} | 0 | __metadata__ | an object",
        "[] | 0 | (header) | a JSON object",
        "{'x':3} | 0 | x.dtype | one of",
        "{'x' | 0 | (header) | readable JSON",
        "{} {} | 0 | (header) | readable JSON",
      })
  void should_name_file_field_and_expectation(
      String header, int dataBytes, String field, String expected) throws Exception {
    Path file = write(header, new byte[dataBytes]);
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("File (" + file + ")")
        .hasMessageContaining("field (" + field + ")")
        .hasMessageContaining("expected " + expected);
  }

  @Test
  void should_refuse_overlap_and_a_name_that_stands_twice() throws Exception {
    Path overlap =
        write(
            "{'x':{'dtype':'U8','shape':[4],'data_offsets':[0,4]},"
                + "'y':{'dtype':'U8','shape':[4],'data_offsets':[2,6]}}",
            new byte[6]);
    assertThatThrownBy(() -> Safetensors.read(overlap))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("y.data_offsets")
        .hasMessageContaining("without overlap or hole");
    Path twice =
        write(
            "{'x':{'dtype':'U8','shape':[0],'data_offsets':[0,0]},"
                + "'x':{'dtype':'U8','shape':[0],'data_offsets':[0,0]}}",
            new byte[0]);
    assertThatThrownBy(() -> Safetensors.read(twice)).isInstanceOf(CorruptModelException.class);
  }

  @Test
  void should_refuse_a_header_length_that_cannot_be() throws Exception {
    for (long length : new long[] {-1, 0, 1, 100_000_001, Long.MAX_VALUE, 3}) {
      Path file = temp.resolve("length");
      Files.write(file, little(8).putLong(length).put((byte) '{').put((byte) '}').array());
      assertThatThrownBy(() -> Safetensors.read(file))
          .isInstanceOf(CorruptModelException.class)
          .hasMessageContaining("(header length)");
    }
    Path empty = Files.write(temp.resolve("empty"), new byte[3]);
    assertThatThrownBy(() -> Safetensors.read(empty)).hasMessageContaining("found 3 bytes");
    assertThatThrownBy(() -> Safetensors.read(temp.resolve("none")))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void should_refuse_another_models_arrays() {
    Path file = temp.resolve("a.safetensors");
    Parameter x = new Parameter("x", List.of(2), 0);
    Safetensors.write(file, Map.of(), List.of(x), new float[2]);
    Safetensors read = Safetensors.read(file);
    assertThatThrownBy(() -> read.flat(List.of(new Parameter("x", List.of(1, 2), 0))))
        .hasMessageContaining("x.shape")
        .hasMessageContaining("expected [1, 2], found [2]");
    assertThatThrownBy(() -> read.flat(List.of(x, new Parameter("y", List.of(1), 2))))
        .hasMessageContaining("field (y)");
    assertThatThrownBy(() -> read.flat(List.of()))
        .hasMessageContaining("no array of this name in this model");
  }

  private Path write(String header, byte[] data) throws Exception {
    byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = little(8 + json.length + data.length);
    bytes.putLong(json.length).put(json).put(data);
    return Files.write(temp.resolve("file.safetensors"), bytes.array());
  }

  private static ByteBuffer little(int size) {
    // Room for the two bytes of the length test.
    return ByteBuffer.allocate(Math.max(size, size == 8 ? 10 : size))
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}

package dev.rsi.lm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.CorruptModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class SafetensorsPropertiesTest {

  @Property(tries = 200)
  void should_read_what_it_wrote(
      @ForAll @Size(max = 6) List<@StringLength(max = 20) String> names,
      @ForAll @IntRange(min = 1, max = 5) int rows,
      @ForAll long seed)
      throws IOException {
    SavedRandom random = new SavedRandom(seed);
    List<Parameter> table = new ArrayList<>();
    int at = 0;
    for (String name : names.stream().distinct().toList()) {
      if (name.equals("__metadata__")) {
        continue;
      }
      Parameter parameter = new Parameter(name, List.of(rows, 1 + random.nextInt(4)), at);
      table.add(parameter);
      at += parameter.size();
    }
    float[] values = new float[at];
    for (int i = 0; i < at; i++) {
      values[i] = Float.intBitsToFloat(random.nextInt() & 0xFF7FFFFF);
    }
    Path file = Files.createTempFile("rsi", ".safetensors");
    try {
      Safetensors.write(file, Map.of("seed", String.valueOf(seed)), table, values);
      assertThat(Safetensors.read(file).flat(table)).isEqualTo(values);
    } finally {
      Files.delete(file);
    }
  }

  /** Whatever bytes are changed or cut off, reading ends well or with the one exception. */
  @Property(tries = 1000)
  void should_answer_damage_with_a_corrupt_model_exception_alone(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int changes) throws IOException {
    List<Parameter> table =
        List.of(new Parameter("x", List.of(2, 2), 0), new Parameter("y", List.of(3), 4));
    Path file = Files.createTempFile("rsi", ".safetensors");
    try {
      Safetensors.write(file, Map.of("a", "b"), table, new float[7]);
      byte[] bytes = Files.readAllBytes(file);
      SavedRandom random = new SavedRandom(seed);
      for (int i = 0; i < changes; i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
      Files.write(file, java.util.Arrays.copyOf(bytes, length));
      try {
        assertThat(Safetensors.read(file).flat(table)).hasSize(7);
      } catch (CorruptModelException e) {
        assertThat(e.file()).isEqualTo(file);
        assertThat(e.field()).isNotEmpty();
      }
    } finally {
      Files.delete(file);
    }
  }
}

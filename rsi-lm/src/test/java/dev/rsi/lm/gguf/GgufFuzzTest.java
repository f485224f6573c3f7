package dev.rsi.lm.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.CorruptModelException;
import dev.rsi.lm.fuzz.Effort;
import dev.rsi.lm.fuzz.Mutator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged GGUF files end well, or with the one exception, within a second. */
class GgufFuzzTest {
  @TempDir Path temp;

  @Test
  void should_end_damaged_files_well() throws IOException {
    fuzz(10_000, 20_261_201);
  }

  @Tag("nightly")
  @Test
  void should_end_a_million_damaged_files_well() throws IOException {
    fuzz(1_000_000, Long.getLong("rsi.seed", 18));
  }

  private void fuzz(int inputs, long seed) throws IOException {
    // GIVEN the head, where all the structure is, and the tensors behind it
    byte[] sound = Files.readAllBytes(GgufFileTest.types());
    byte[] ones = {-1, -1, -1, -1, -1, -1, -1, -1};
    List<byte[]> words =
        List.of(
            ones,
            new byte[8],
            new byte[] {1, 0, 0, 0, 0, 0, 0, -128},
            new byte[] {0, 0, 0, 64, 0, 0, 0, 0},
            new byte[] {9, 0, 0, 0, 9, 0, 0, 0},
            new byte[] {8, 0, 0, 0},
            "Q4_K".getBytes(StandardCharsets.UTF_8));
    int head = 2_000;
    Mutator mutator = new Mutator(seed, List.of(Arrays.copyOf(sound, head)), words);
    Path file = temp.resolve("fuzz.gguf");
    int read = 0;
    double slowest = 0;
    long most = 0;
    for (int i = 0; i < inputs; i++) {
      byte[] damaged = mutator.next();
      byte[] bytes = Arrays.copyOf(damaged, damaged.length + sound.length - head);
      System.arraycopy(sound, head, bytes, damaged.length, sound.length - head);
      Files.write(file, bytes);
      Effort effort = new Effort();
      // WHEN
      try {
        GgufFile gguf = GgufFile.open(file);
        for (GgufTensor tensor : gguf.tensors().values()) {
          gguf.read(tensor, 0, new float[tensor.type().blockNumbers()]);
        }
        gguf.strings("an.array.of.strings");
        gguf.integers("an.array.of.integers");
        gguf.floats("an.array.of.floats");
        read++;
      } catch (CorruptModelException e) {
        assertThat(e.field()).isNotNull();
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed (" + seed + "), input (" + i + ")", e);
      }
      // THEN
      slowest = Math.max(slowest, effort.seconds());
      most = Math.max(most, effort.allocated());
      assertThat(slowest).as("seed (%s), input (%s)", seed, i).isLessThan(1);
      assertThat(most).isLessThan((64L << 20) + bytes.length);
    }
    System.out.printf(
        Locale.ROOT,
        "%d damaged GGUF files, seed %d: %d read, slowest %.3f s, %d bytes allocated at most%n",
        inputs,
        seed,
        read,
        slowest,
        most);
  }
}

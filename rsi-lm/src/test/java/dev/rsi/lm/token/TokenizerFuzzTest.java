package dev.rsi.lm.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.RsiException;
import dev.rsi.lm.fuzz.Effort;
import dev.rsi.lm.fuzz.Mutator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged tokenizers end well, or with the one exception, within a second. */
class TokenizerFuzzTest {
  private static final String WORDS =
      "{ } [ ] , : null true 99999999999 -1 1e999 \"type\" \"Split\" \"Metaspace\" \"Replace\" \"\\\\s*\""
          + " \"Regex\" (\\\\s+)+ \\\\p{L}* \"\" 0 1 7 false \"NFKC\" \"Digits\" \"Strip\" \"isolated\" \"Removed\" \"Contiguous\" \"▁\" \"add_prefix_space\" \"Sequence\" \"content\" \\ud800";

  @TempDir Path temp;

  @Test
  void should_end_damaged_tokenizers_well() throws IOException {
    fuzz(10_000, 20_261_201);
  }

  @Tag("nightly")
  @Test
  void should_end_a_million_damaged_tokenizers_well() throws IOException {
    fuzz(1_000_000, Long.getLong("rsi.seed", 18));
  }

  private void fuzz(int inputs, long seed) throws IOException {
    // GIVEN
    List<byte[]> seeds =
        List.of(
            Fixtures.text("small-bytes-qwen").getBytes(StandardCharsets.UTF_8),
            Fixtures.text("small-pieces-gemma").getBytes(StandardCharsets.UTF_8));
    List<byte[]> words =
        Stream.of(WORDS.split(" ", -1)).map(word -> word.getBytes(StandardCharsets.UTF_8)).toList();
    // What the JDK loads once is no input's.
    Fixtures.NAMES.forEach(name -> Fixtures.read(name).encode("Größe e\u0301 12"));
    Mutator mutator = new Mutator(seed, seeds, words);
    Path file = temp.resolve("tokenizer.json");
    int read = 0;
    double slowest = 0;
    long most = 0;
    for (int i = 0; i < inputs; i++) {
      byte[] bytes = mutator.next();
      Files.write(file, bytes);
      Effort effort = new Effort();
      // WHEN
      try {
        BpeTokenizer tokenizer = BpeTokenizer.read(file);
        int[] ids = tokenizer.encode("Größe  won't 漢字 <|im_end|>\n\n 12:30 😀");
        tokenizer.decode(ids, true);
        read++;
      } catch (RsiException e) {
        assertThat(e).hasMessageContaining("\nMaybe ");
      } catch (RuntimeException | StackOverflowError e) {
        Path kept = Files.write(Path.of("target", "fuzz-" + seed + "-" + i + ".json"), bytes);
        throw new AssertionError("seed (" + seed + "), input (" + i + "): " + kept, e);
      }
      // THEN
      double seconds = effort.seconds();
      long allocated = effort.allocated();
      slowest = Math.max(slowest, seconds);
      most = Math.max(most, allocated);
      assertThat(seconds).as("seed (%s), input (%s)", seed, i).isLessThan(1);
      assertThat(allocated).isLessThan((64L << 20) + bytes.length);
    }
    System.out.printf(
        Locale.ROOT,
        "%d damaged tokenizers, seed %d: %d read, slowest %.3f s, %d bytes allocated at most%n",
        inputs,
        seed,
        read,
        slowest,
        most);
  }
}

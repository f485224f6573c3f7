package dev.rsi.lm.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.lm.fuzz.Effort;
import dev.rsi.lm.fuzz.Mutator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Damaged templates end well, or with the one exception, within a second. */
class TemplateFuzzTest {
  private static final String WORDS =
      "{{ }} {% %} {# #} {%- -%} if endif for endfor in else elif set endset macro endmacro | . [ ]"
          + " ( ) { } : , ~ + - * // % ** == is not and or none true range(99999) loop messages"
          + " namespace() tojson trim 'x' \\ 9999999999 * 99999999 raw endraw call endcall filter";

  @Test
  void should_end_damaged_templates_well() throws IOException {
    fuzz(10_000, 20_261_201);
  }

  @Tag("nightly")
  @Test
  void should_end_a_million_damaged_templates_well() throws IOException {
    fuzz(1_000_000, Long.getLong("rsi.seed", 18));
  }

  private static void fuzz(int inputs, long seed) throws IOException {
    // GIVEN
    List<ChatTemplateTest.Construct> sound = ChatTemplateTest.constructs().toList();
    List<byte[]> seeds =
        sound.stream().map(each -> each.template().getBytes(StandardCharsets.UTF_8)).toList();
    List<byte[]> words =
        List.of(WORDS.split(" ", -1)).stream()
            .map(word -> (" " + word + " ").getBytes(StandardCharsets.UTF_8))
            .toList();
    Map<String, Object> context = sound.get(0).context();
    Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    Mutator mutator = new Mutator(seed, seeds, words);
    int rendered = 0;
    double slowest = 0;
    for (int i = 0; i < inputs; i++) {
      String text = new String(mutator.next(), StandardCharsets.UTF_8);
      Effort effort = new Effort();
      // WHEN
      try {
        ChatTemplate template = ChatTemplate.of(text);
        assertThat(effort.allocated()).isLessThan((64L << 20) + text.length());
        assertThat(template.clock(clock).render(context).length()).isLessThanOrEqualTo(16 << 20);
        rendered++;
      } catch (TemplateException e) {
        assertThat(e.construct()).isNotEmpty();
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed (" + seed + "), input (" + i + "): " + text, e);
      }
      // THEN
      double seconds = effort.seconds();
      slowest = Math.max(slowest, seconds);
      assertThat(seconds).as("seed (%s), input (%s): %s", seed, i, text).isLessThan(1);
    }
    System.out.printf(
        java.util.Locale.ROOT,
        "%d damaged templates, seed %d: %d rendered, slowest %.3f s%n",
        inputs,
        seed,
        rendered,
        slowest);
  }
}

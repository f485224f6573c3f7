package dev.rsi.lm.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ChatTemplatePropertiesTest {
  private static final ChatTemplate CHAT =
      ChatTemplate.of(
          "{%- for m in messages -%}\n[{{ m['role'] }}]{{ m.content }}[end]\n{%- endfor -%}");
  private static final ChatTemplate NUMBER = ChatTemplate.of("{{ x }}|{{ [x] | tojson }}");

  @Provide
  Arbitrary<String> contents() {
    return Arbitraries.oneOf(
        Arbitraries.strings().all().ofMaxLength(40),
        Arbitraries.of("{{ 1 }}", "{% raw %}", "{#", "-%}", "}}", "\n", " ", "\\n", "{% endfor %}")
            .list()
            .ofMaxSize(8)
            .map(parts -> String.join("", parts)));
  }

  @Property(tries = 500)
  void should_keep_what_messages_say_as_it_is(@ForAll("contents") String content) {
    List<Message> messages = new ArrayList<>();
    messages.add(Message.user(content));
    messages.add(Message.assistant(content));
    assertThat(CHAT.render(messages, List.of(), true, Map.of("eos_token", content)))
        .isEqualTo("[user]" + content + "[end][assistant]" + content + "[end]");
  }

  /** Whatever is parsed ends as text or as the one exception. */
  @Property(tries = 500)
  void should_parse_any_text_or_refuse_it(@ForAll("contents") String template) {
    try {
      CHAT.render(List.of(), List.of(), false, Map.of());
      ChatTemplate.of(template).render(Map.of());
    } catch (TemplateException e) {
      assertThat(e.line()).isPositive();
    }
  }

  @Property(tries = 500)
  void should_write_numbers_that_read_as_the_same(@ForAll double number, @ForAll long whole) {
    String[] texts = NUMBER.render(Map.of("x", number)).split("\\|", -1);
    assertThat(Double.parseDouble(texts[0])).isEqualTo(number);
    assertThat("[" + texts[0] + "]").isEqualTo(texts[1]);
    assertThat(texts[0].replaceAll("e.*|[-.]", "").replaceAll("^0+|0+$", "").length())
        .isLessThanOrEqualTo(17);
    assertThat(NUMBER.render(Map.of("x", whole))).startsWith(whole + "|");
  }
}

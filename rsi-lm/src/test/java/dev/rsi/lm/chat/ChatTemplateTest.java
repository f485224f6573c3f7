package dev.rsi.lm.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rsi.lm.fuzz.Effort;
import dev.rsi.lm.internal.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
  private static final Path PUBLISHED =
      Path.of(System.getProperty("rsi.shared", "../../shared"), "data/chat-templates/cases.json");
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-11-30T09:05:07Z"), ZoneOffset.UTC);

  private static final String CHAT =
      "{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>"
          + "{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";

  record Construct(String template, @Nullable String want, Map<String, Object> context) {}

  /** What the reference makes of each construct: benchmarks/peers/chat_templates.py. */
  static Stream<Construct> constructs() throws IOException {
    try (InputStream in = ChatTemplateTest.class.getResourceAsStream("constructs.json")) {
      Map<?, ?> root = (Map<?, ?>) Json.read(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      Map<String, Object> context = names(root.get("context"));
      return ((List<?>) root.get("cases"))
          .stream()
              .map(Map.class::cast)
              .map(
                  each ->
                      new Construct(
                          (String) each.get("template"),
                          each.get("want") instanceof String text ? text : null,
                          context));
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> names(Object map) {
    return (Map<String, Object>) map;
  }

  @ParameterizedTest
  @MethodSource("constructs")
  void should_render_each_construct_as_the_reference_does(Construct construct) {
    // WHEN
    String text;
    try {
      text = ChatTemplate.of(construct.template).clock(NOON).render(construct.context);
    } catch (TemplateException e) {
      // THEN what the reference refuses is refused, with the place
      assertThat(construct.want).as(e.getMessage()).isNull();
      assertThat(e.line()).isPositive();
      assertThat(e.construct()).isNotEmpty();
      return;
    }
    assertThat(text).isEqualTo(construct.want);
  }

  @Test
  void should_render_published_templates_exactly() throws IOException {
    // GIVEN 39 templates with 5 conversations each, where they lie
    assumeTrue(
        Files.exists(PUBLISHED),
        "The published templates are not part of this project and do not lie in " + PUBLISHED);
    List<String> wrong = new ArrayList<>();
    int cases = 0;
    // WHEN
    for (Object each : (List<?>) Json.read(Files.readString(PUBLISHED))) {
      Map<?, ?> one = (Map<?, ?>) each;
      cases++;
      Object text;
      try {
        text =
            ChatTemplate.of((String) one.get("template")).clock(NOON).render(names(one.get("ctx")));
      } catch (TemplateException e) {
        text = Json.Null.NULL;
      }
      if (!text.equals(one.get("want"))) {
        wrong.add(one.get("name") + " " + one.get("case"));
      }
    }
    // THEN
    System.out.println((cases - wrong.size()) + " of " + cases + " published cases are exact");
    assertThat(wrong).isEmpty();
  }

  @Test
  void should_never_evaluate_what_messages_say() {
    // GIVEN
    String injection = "{{ raise_exception('x') }}{% for i in range(9) %}a{% endfor %}{# c #}\\n";
    // WHEN
    String text =
        ChatTemplate.of(CHAT)
            .render(
                List.of(Message.user(injection), new Message(injection, "")),
                List.of(),
                true,
                Map.of("bos_token", injection));
    // THEN
    assertThat(text)
        .isEqualTo("%1$s<user>%1$s</user><%1$s></%1$s><assistant>".replace("%1$s", injection));
  }

  @Test
  void should_give_tools_calls_and_further_fields_to_the_template() {
    // GIVEN
    ToolCall call = new ToolCall("abc", "weather", Map.of("city", "Rome"));
    ChatTemplate template =
        ChatTemplate.of("{{ tools is none }}{% for m in messages %}|{{ m | tojson }}{% endfor %}");
    // WHEN
    String text =
        template.render(
            List.of(
                Message.system("s"),
                Message.assistant("", List.of(call)),
                Message.tool(call, "21"),
                new Message("assistant", "a", List.of(), Map.of("reasoning_content", "r"))),
            List.of(),
            false,
            Map.of());
    // THEN
    assertThat(text)
        .isEqualTo(
            "True|{\"role\": \"system\", \"content\": \"s\"}"
                + "|{\"role\": \"assistant\", \"content\": \"\", \"tool_calls\": [{\"id\": \"abc\","
                + " \"type\": \"function\", \"function\": {\"name\": \"weather\", \"arguments\":"
                + " {\"city\": \"Rome\"}}}]}"
                + "|{\"role\": \"tool\", \"content\": \"21\", \"name\": \"weather\","
                + " \"tool_call_id\": \"abc\"}"
                + "|{\"role\": \"assistant\", \"content\": \"a\", \"reasoning_content\": \"r\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{% do x %}; 1; do; break, call, continue",
        "{% include 'x' %}; 1; include; break, call",
        "{{ x | shuffle }}; 1; | shuffle; abs, attr",
        "aNL{{ x | trim | b64 }}; 2; | b64; tojson",
        "{{ x is prime }}; 1; is prime; boolean, callable",
        "{{ x.format(1) }}; 1; .format(); capitalize",
        "{{ lipsum(1) }}; 1; lipsum(); namespace, raise_exception",
        "{% for x in y recursive %}{% endfor %}; 1; recursive; macro",
        "{{ f(*x) }}; 1; *; list or mapping",
        "{% if x %}; 1; the template's end; endif",
        "{% endif %}; 1; endif; known: break",
        "{{ x; 1; {{; }}",
        "{{ x + }}; 1; }}; a value",
        "{{ 'x }}; 1; '; no end",
        "{# x; 1; {#; no end",
        "{{ x $ y }}; 1; $; nothing that is known",
        "{{ 99999999999999999999 }}; 1; 99999999999999999999; beyond",
        "{% break %}; 1; break; no loop",
        "{{ '\\xZZ' }}; 1; string; no number",
      })
  void should_refuse_what_it_does_not_know_when_it_reads(
      String template, int line, String construct, String known) {
    TemplateException refused =
        catchThrowableOfType(
            TemplateException.class, () -> ChatTemplate.of(template.replace("NL", "\n")));
    assertThat(refused).as(template).isNotNull();
    assertThat(refused)
        .hasMessageContaining("line (" + line + "), construct (" + construct + ")")
        .hasMessageContaining(known)
        .hasMessageContaining("\nMaybe ");
    assertThat(refused.line()).isEqualTo(line);
    assertThat(refused.construct()).isEqualTo(construct);
    assertThat(refused.raised()).isFalse();
  }

  @Test
  void should_say_what_the_template_raised() {
    ChatTemplate template =
        ChatTemplate.of(
            "\n{% if messages[0].role == 'system' %}\n{{ raise_exception('no system') }}{% endif %}");
    assertThatThrownBy(
            () -> template.render(List.of(Message.system("x")), List.of(), true, Map.of()))
        .isInstanceOfSatisfying(TemplateException.class, e -> assertThat(e.raised()).isTrue())
        .hasMessageContaining("line (3), construct (raise_exception)")
        .hasMessageContaining("no system");
  }

  @Test
  void should_name_the_line_and_the_construct_of_what_fails_while_it_renders() {
    assertThatThrownBy(() -> ChatTemplate.of("a\n\n{{ x.y.z }}").render(Map.of()))
        .hasMessageContaining("line (3), construct ({{ x ... }}): (x) is undefined");
    assertThatThrownBy(() -> ChatTemplate.of("\n{% for a in 3 %}{% endfor %}").render(Map.of()))
        .hasMessageContaining("line (2), construct (for): a number (3) has no elements");
    assertThatThrownBy(() -> ChatTemplate.of("{{ 3 | length }}").render(Map.of()))
        .hasMessageContaining("construct (| length): a number has no length");
    assertThatThrownBy(() -> ChatTemplate.of("{% if 'a' < 1 %}{% endif %}").render(Map.of()))
        .hasMessageContaining("construct (if): there is no order of a string and a number");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}",
        "{{ 'x' * 999999999 }}",
        "{{ 'x' * 99999999999999 }}",
        "{% set n = namespace(x='x') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
        "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro a(n) %}{{ b(n) }}{% endmacro %}{% macro b(n) %}x{{ a(n) }}{{ a(n) }}{% endmacro %}{{ a(1) }}",
        "{% for i in range(99999) %}{{ 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' * 9 }}{% endfor %}",
        "{{ range(999999999) | list }}",
        "{{ ('x' * 99999) | indent(999999999) }}",
        "{{ '7'.zfill(999999999999) }}",
        "{{ ('x' * 999999).replace('', 'y' * 999) }}",
        "{% set n = namespace(x=[]) %}{% for i in range(99999) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}",
        "{% set n = namespace(x=[]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x == n.x + [1] }}{{ n.x }}",
        "{% set x = 'a' * 9999999 %}{% for i in range(99999) %}{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' in x }}{% endfor %}",
        "{% for b in range(99999) %}{% set y = (1.7e308 / (b + 1)) ~ '' %}{% endfor %}",
        "{% for b in range(99999) %}{% set y = [1 / (b + 3)] | tojson %}{% endfor %}",
        "{{ ('abc' * 99999)|join('-')|join('-')|join('-')|join('-')|join('-')|join('-') }}",
        "{{ ('a,' * 3999999).split(',') | length }}",
        "{% set n = namespace(x=0) %}{% for a in range(99999) %}{% for b in range(99) %}{% set n.x = [n.x, 'a' ~ a, a + b] %}{% endfor %}{% endfor %}",
        "{% set n = namespace(x=0) %}{% for a in range(99999) %}{% for b in range(99) %}{% macro m() %}{% endmacro %}{% set n.x = [n.x, m] %}{% endfor %}{% endfor %}",
        "{{ 2 ** 99 }}",
        "{{ 9223372036854775807 + 1 }}",
        "{{ range(100001) }}",
      })
  void should_end_what_has_no_end(String template) {
    Effort effort = new Effort();
    assertThatThrownBy(() -> ChatTemplate.of(template).render(Map.of()))
        .isInstanceOf(TemplateException.class);
    assertThat(effort.seconds()).isLessThan(2);
    assertThat(effort.allocated()).isLessThan(1L << 30);
  }

  @Test
  void should_refuse_what_is_nested_too_deep_when_it_reads() {
    List<String> deep =
        List.of(
            "{{ " + "(".repeat(5000) + "1" + ")".repeat(5000) + " }}",
            "{{ " + "[".repeat(5000) + "]".repeat(5000) + " }}",
            "{{ " + "not ".repeat(5000) + "1 }}",
            "{{ " + "- ".repeat(5000) + "1 }}",
            "{{ 1" + " + 1".repeat(5000) + " }}",
            "{{ a" + ".b".repeat(5000) + " }}",
            "{{ a" + "|trim".repeat(5000) + " }}",
            "{{ a" + " is defined".repeat(5000) + " }}",
            "{{ a" + "[0]".repeat(5000) + " }}",
            "{{ a" + " if b else a".repeat(5000) + " }}",
            "{{ a" + " and a".repeat(5000) + " }}",
            "{% if a %}".repeat(5000) + "{% endif %}".repeat(5000),
            "{{ 1 }}".repeat(300_000),
            "x".repeat(2 << 20));
    for (String template : deep) {
      assertThatThrownBy(() -> ChatTemplate.of(template))
          .as(template.substring(0, 30))
          .isInstanceOf(TemplateException.class);
    }
  }

  @Test
  void should_render_the_deepest_that_it_reads_on_an_ordinary_stack() {
    // GIVEN 900 operators in one tag, inside macros inside loops
    String sum = "{{ 1" + " + 1".repeat(450) + " }}";
    String nested = "{% if true %}".repeat(40) + sum + "{% endif %}".repeat(40);
    String macro =
        "{% macro m(n) %}{% if n > 0 %}{{ m(n - 1) }}{% else %}"
            + nested
            + "{% endif %}{% endmacro %}";
    // WHEN THEN
    assertThat(ChatTemplate.of(macro + "{{ m(1) }}").render(Map.of())).isEqualTo("451");
    String shallow = "{% macro m(n) %}{{ n }}{% if n > 0 %}{{ m(n - 1) }}{% endif %}{% endmacro %}";
    assertThat(ChatTemplate.of(shallow + "{{ m(40) }}").render(Map.of())).startsWith("4039");
  }

  @Test
  void should_know_no_time_without_a_clock() {
    ChatTemplate template =
        ChatTemplate.of("{{ strftime_now('%Y') if strftime_now is defined else 'fixed' }}");
    assertThat(template.render(Map.of())).isEqualTo("fixed");
    assertThat(template.clock(NOON).render(Map.of())).isEqualTo("2026");
    assertThatThrownBy(() -> ChatTemplate.of("{{ strftime_now('%Y') }}").render(Map.of()))
        .hasMessageContaining("(strftime_now) is undefined");
    assertThatThrownBy(
            () -> ChatTemplate.of("{{ strftime_now('%Q') }}").clock(NOON).render(Map.of()))
        .hasMessageContaining("(%Q)")
        .hasMessageContaining("%Y");
  }

  @Test
  void should_refuse_values_that_are_none_of_jsons() {
    Map<String, Object> self = new HashMap<>();
    self.put("self", self);
    assertThatThrownBy(() -> ChatTemplate.of("x").render(self))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Maybe it holds itself");
    assertThatThrownBy(() -> ChatTemplate.of("x").render(Map.of("a", List.of(new Object()))))
        .hasMessageContaining("(a[0])")
        .hasMessageContaining("java.lang.Object");
    assertThatThrownBy(() -> new Message("user", "x", List.of(), Map.of("role", "y")))
        .hasMessageContaining("(role)");
  }

  @Test
  void should_render_the_same_on_many_threads() throws Exception {
    // GIVEN
    ChatTemplate template =
        ChatTemplate.of(
            "{% set n = namespace(i=0) %}{% for m in messages %}{% set n.i = n.i + 1 %}{{ n.i }}{{ m.content }}{% endfor %}");
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<String>> calls = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String text = "x" + i;
        calls.add(
            () ->
                template.render(
                    List.of(Message.user(text), Message.user(text)), List.of(), true, Map.of()));
      }
      // WHEN
      List<Future<String>> made = threads.invokeAll(calls);
      // THEN
      for (int i = 0; i < made.size(); i++) {
        assertThat(made.get(i).get()).isEqualTo("1x" + i + "2x" + i);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void should_render_long_conversations() {
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      messages.add(new Message(i % 2 == 0 ? "user" : "assistant", "x".repeat(500)));
    }
    assertThat(ChatTemplate.of(CHAT).render(messages, List.of(), true, Map.of("bos_token", "")))
        .hasSize(2_000 * 500 + 1_000 * 13 + 1_000 * 23 + 11);
  }
}

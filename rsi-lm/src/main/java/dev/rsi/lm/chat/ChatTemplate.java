package dev.rsi.lm.chat;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns messages into the one text that a model was trained to continue: the part of Jinja that
 * published templates use, rendered as Hugging Face's transformers does. Parsed once; immutable and
 * thread-safe. Field term: chat template.
 *
 * <p>What messages say is never evaluated. A template comes with a model from strangers, so a
 * rendering is bounded: at most 16,777,216 characters of text, 1,000,000 turns of loops, 20,000,000
 * steps, and a depth of macros that a thread's stack holds; beyond them it ends with a {@link
 * TemplateException}. What the parser does not know it refuses by name, with the list of what it
 * knows.
 *
 * <p>Unlike the reference it knows no time unless it is given a clock: the date of today in a
 * prompt would make each day another run. Without one {@code strftime_now} is undefined, which most
 * templates have a fixed date for.
 */
public final class ChatTemplate {
  /** The most characters of a template: fifty times the longest published one. */
  private static final int MOST_TEMPLATE = 1 << 20;

  private final String text;
  private final Statement program;
  private final @Nullable Clock clock;

  private ChatTemplate(String text, Statement program, @Nullable Clock clock) {
    this.text = text;
    this.program = program;
    this.clock = clock;
  }

  /**
   * Parses a template, such as the field {@code chat_template} of a model's {@code
   * tokenizer_config.json}.
   *
   * @throws TemplateException if it is damaged, or uses what is not known
   */
  public static ChatTemplate of(String text) {
    if (text.length() > MOST_TEMPLATE) {
      throw new Fault(
              "it has (" + text.length() + ") characters, at most " + MOST_TEMPLATE + " are read",
              "the file is no template",
              false)
          .at(1, "template");
    }
    return new ChatTemplate(text, StatementParser.parse(text), null);
  }

  /** The same template with a clock, whose date and zone {@code strftime_now} writes. */
  public ChatTemplate clock(Clock newClock) {
    return new ChatTemplate(text, program, Objects.requireNonNull(newClock, "clock"));
  }

  /** The template's own text. */
  public String text() {
    return text;
  }

  /**
   * Renders a conversation.
   *
   * @param tools what the model may call, each as the JSON schema that its template wants; empty is
   *     {@code none} to the template
   * @param addGenerationPrompt whether the text ends where the model's own turn begins
   * @param extras further names, as in JSON: {@code bos_token} and {@code eos_token} for most
   *     templates, and whatever else the model's page tells
   * @throws TemplateException if the template raises, or meets what it was not written for
   * @throws IllegalArgumentException if a value is none of JSON's kinds
   */
  public String render(
      List<Message> messages,
      List<Map<String, Object>> tools,
      boolean addGenerationPrompt,
      Map<String, ?> extras) {
    Map<String, @Nullable Object> names = new LinkedHashMap<>();
    names.put("messages", messages);
    names.put("tools", tools.isEmpty() ? null : tools);
    names.put("documents", null);
    names.put("add_generation_prompt", addGenerationPrompt);
    names.putAll(extras);
    return render(names);
  }

  /** Renders with names that the caller chose, {@code messages} among them, all as in JSON. */
  public String render(Map<String, ? extends @Nullable Object> names) {
    Inputs inputs = new Inputs();
    Map<String, Object> values = new LinkedHashMap<>();
    names.forEach((name, value) -> values.put(name, inputs.value(value, name, 0)));
    Run run = new Run(inputs.size(), clock);
    Scope scope = Globals.scope(run);
    values.forEach(scope::set);
    StringBuilder out = new StringBuilder();
    program.run(run, scope, out);
    return out.toString();
  }
}

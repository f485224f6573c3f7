package dev.rsi.core.internal;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.rsi.api.Cost;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/** How rsi writes and reads the JSON that it keeps. */
public final class Json {
  // One for all: what it learns about a type takes it longer than to write hundreds of its values.
  private static final JsonMapper MAPPER = build();

  private Json() {}

  /**
   * The mapper, immutable and thread-safe. What it writes it reads back equal; what it would not
   * have written itself it refuses: unknown and missing fields, null for numbers, trailing text.
   * Values may hold any text; names must not hold half a surrogate pair, since no reader takes
   * them.
   */
  public static JsonMapper mapper() {
    return MAPPER;
  }

  private static JsonMapper build() {
    JsonFactory factory =
        JsonFactory.builder()
            // A model may emit half a surrogate pair, which has no UTF-8: everything from the
            // surrogates on is written as an escape.
            .highestNonEscapedChar(0xD7FF)
            // The limits guard against strangers; what was recorded must be readable at any size.
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();
    return JsonMapper.builder(factory)
        .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
        // Explicit, because names of constants are part of the format and texts for people are not.
        .disable(EnumFeature.WRITE_ENUMS_USING_TO_STRING)
        .disable(EnumFeature.READ_ENUMS_USING_TO_STRING)
        .enable(
            DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
            DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
            DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
            DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        // Nothing stands where a call cost nothing but time, as before there were costs.
        .withConfigOverride(
            Cost.class,
            cost ->
                cost.setInclude(
                    JsonInclude.Value.construct(
                        JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL)))
        .addModule(new SimpleModule().addKeySerializer(String.class, new Names()))
        .build();
  }

  /** What went wrong and where in the text, without the names of classes. */
  public static String explain(JacksonException e) {
    String path =
        e.getPath().stream()
            .map(
                step ->
                    step.getPropertyName() == null ? "" + step.getIndex() : step.getPropertyName())
            .collect(Collectors.joining("."));
    return e.getOriginalMessage() + (path.isEmpty() ? "" : ", at (" + path + ")");
  }

  private static final class Names extends ValueSerializer<String> {
    @Override
    public void serialize(String name, JsonGenerator generator, SerializationContext context) {
      if (name.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
        context.reportMappingProblem("The name (%s) holds half a surrogate pair.", name);
      }
      generator.writeName(name);
    }
  }
}

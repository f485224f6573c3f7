package dev.rsi.core.internal;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/** How rsi writes and reads the JSON that it keeps. */
public final class Json {
  private Json() {}

  /**
   * A new mapper, thread-safe. What it writes it reads back equal; what it would not have written
   * itself it refuses: unknown and missing fields, null for numbers, trailing text.
   */
  public static JsonMapper mapper() {
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
        .build();
  }
}

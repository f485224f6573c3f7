package dev.rsi.api;

/** The names that authors give to parts which cannot describe themselves. */
final class Named {
  private Named() {}

  static String checked(String description) {
    if (description.isBlank()) {
      throw new IllegalArgumentException(
          "description (" + description + ") must not be blank.\nMaybe say what the rule is.");
    }
    return description;
  }
}

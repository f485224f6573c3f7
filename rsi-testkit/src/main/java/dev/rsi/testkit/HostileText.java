package dev.rsi.testkit;

import java.util.List;

/** Texts that a model may write and that break careless readers. */
final class HostileText {

  private HostileText() {}

  static List<String> all() {
    return List.of(
        "",
        " ",
        "\n",
        "\0",
        "\u001b[2J\u0007\b\b",
        "\r\n\t\u2028",
        "\ud800", // half a surrogate pair
        "\u202e321\u202c", // right to left
        "\u0661\u0662", // digits of another script
        "NaN",
        "-0",
        "1e999999999",
        "99999999999999999999999999999999",
        "null",
        "'; DROP TABLE runs; --",
        "{\"score\": 1}",
        "%s%n%x",
        "${jndi:ldap://localhost/x}",
        "../../etc/passwd",
        "9".repeat(1_000_000),
        "(".repeat(100_000));
  }

  /** A text fit for a message. */
  static String shown(String text) {
    return text.length() <= 40 ? "\"" + text + "\"" : text.length() + " chars";
  }
}

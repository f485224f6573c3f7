package dev.rsi.lm.token;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tokens and their ids. */
final class Vocabulary {
  static final int NONE = -1;

  /** The most tokens: eight times those of the largest published vocabulary. */
  static final int MOST = 2_000_000;

  private final Map<String, Integer> ids;
  private final @Nullable String[] tokens;

  /** The ids of single characters of 16 bits, which most lookups are about. */
  private final int[] characters = new int[1 << 16];

  /**
   * @param ids the id of each token, which nobody changes any more; each once, not negative, and
   *     not far beyond their number
   * @throws BadPart if they are not so
   */
  Vocabulary(Map<String, Integer> ids) {
    this.ids = ids;
    int size = 0;
    // A few numbers without a token are common; a table of nothing but them is an attack.
    int most = 2 * ids.size() + 1024;
    for (Map.Entry<String, Integer> entry : ids.entrySet()) {
      int id = entry.getValue();
      if (id < 0 || id >= most) {
        throw new BadPart(
            "model.vocab",
            "ids from 0 to " + (most - 1),
            "(" + id + ") of " + shown(entry.getKey()));
      }
      size = Math.max(size, id + 1);
    }
    tokens = new String[size];
    Arrays.fill(characters, NONE);
    ids.forEach(
        (token, id) -> {
          if (tokens[id] != null) {
            throw new BadPart(
                "model.vocab",
                "an id for each token",
                "(" + id + ") for " + shown(token) + " and " + shown(tokens[id]));
          }
          tokens[id] = token;
          if (token.length() == 1) {
            characters[token.charAt(0)] = id;
          }
        });
  }

  static String shown(String token) {
    return "(" + (token.length() > 40 ? token.substring(0, 40) + "..." : token) + ")";
  }

  /** One more than the highest id. */
  int size() {
    return tokens.length;
  }

  int id(String token) {
    Integer id = ids.get(token);
    return id == null ? NONE : id;
  }

  int id(int point) {
    return point < characters.length ? characters[point] : id(Character.toString(point));
  }

  @Nullable String token(int id) {
    return id >= 0 && id < tokens.length ? tokens[id] : null;
  }

  /** Whether no token has the mark behind another character than itself. */
  boolean beginsOnly(char mark) {
    for (String token : ids.keySet()) {
      for (int i = 1; i < token.length(); i++) {
        if (token.charAt(i) == mark && token.charAt(i - 1) != mark) {
          return false;
        }
      }
    }
    return true;
  }
}

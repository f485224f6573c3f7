package dev.rsi.lm.token;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tokens that are found in a text before anything else is done to it, the longest first. */
final class AddedTokens {
  /**
   * A token as {@code added_tokens} has it.
   *
   * @param text what is looked for
   * @param alone found only where no letter or digit is beside it
   * @param takesBefore takes the blanks before it
   * @param takesAfter takes the blanks after it
   * @param normalized looked for in the normalized text
   * @param special steers the model
   */
  record Added(
      String text,
      int id,
      boolean alone,
      boolean takesBefore,
      boolean takesAfter,
      boolean normalized,
      boolean special) {}

  /**
   * A piece of a text.
   *
   * @param id the token that it is, or -1
   * @param first whether it begins the whole text
   */
  record Piece(String text, int id, boolean first) {}

  private static final class Node {
    private final Map<Character, Node> next = new HashMap<>();
    private @Nullable Added token;
  }

  private final Node root = new Node();
  private final BitSet beginnings = new BitSet();

  AddedTokens(List<Added> tokens) {
    for (Added token : tokens) {
      Node node = root;
      if (!token.text.isEmpty()) {
        beginnings.set(token.text.charAt(0));
      }
      for (int i = 0; i < token.text.length(); i++) {
        node = node.next.computeIfAbsent(token.text.charAt(i), c -> new Node());
      }
      node.token = token;
    }
  }

  /**
   * Splits a text.
   *
   * @param special whether tokens that steer the model are found; where not, they are text
   */
  List<Piece> split(String text, boolean special, boolean first) {
    if (root.next.isEmpty()) {
      return text.isEmpty() ? List.of() : List.of(new Piece(text, Vocabulary.NONE, first));
    }
    List<Piece> pieces = new ArrayList<>();
    int done = 0;
    for (int i = 0; i < text.length(); ) {
      Added found = beginnings.get(text.charAt(i)) ? longest(text, i) : null;
      if (found == null) {
        i++;
        continue;
      }
      int begin = i;
      int end = i + found.text.length();
      i = end;
      boolean shielded = i < text.length() && text.charAt(i) == Shield.MARK;
      if ((found.special && (!special || shielded))
          || (found.alone && (isWordBefore(text, begin) || isWordAt(text, end)))) {
        continue;
      }
      while (found.takesBefore && begin > done && Normalizers.isSpace(text.charAt(begin - 1))) {
        begin--;
      }
      while (found.takesAfter && end < text.length() && Normalizers.isSpace(text.charAt(end))) {
        end++;
      }
      if (begin > done) {
        pieces.add(new Piece(text.substring(done, begin), Vocabulary.NONE, first && done == 0));
      }
      pieces.add(new Piece(found.text, found.id, false));
      done = end;
      i = Math.max(i, end);
    }
    if (done < text.length()) {
      pieces.add(new Piece(text.substring(done), Vocabulary.NONE, first && done == 0));
    }
    return pieces;
  }

  /** Where tokens that steer the model begin, those inside others too. */
  void beginnings(String text, BitSet found) {
    for (int i = 0; i < text.length(); i++) {
      if (beginnings.get(text.charAt(i)) && isAnySpecial(text, i)) {
        found.set(i);
      }
    }
  }

  /** One that the text's end cuts off counts: what follows elsewhere might complete it. */
  private boolean isAnySpecial(String text, int at) {
    Node node = root;
    for (int i = at; i < text.length(); i++) {
      node = node.next.get(text.charAt(i));
      if (node == null) {
        return false;
      } else if (node.token != null && node.token.special) {
        return true;
      }
    }
    return true;
  }

  private @Nullable Added longest(String text, int at) {
    Node node = root;
    Added found = null;
    for (int i = at; i < text.length(); i++) {
      node = node.next.get(text.charAt(i));
      if (node == null) {
        break;
      }
      found = node.token == null ? found : node.token;
    }
    return found;
  }

  private static boolean isWordBefore(String text, int at) {
    return at > 0 && isWord(text.codePointBefore(at));
  }

  private static boolean isWordAt(String text, int at) {
    return at < text.length() && isWord(text.codePointAt(at));
  }

  private static boolean isWord(int point) {
    return Character.isLetterOrDigit(point)
        || point == '_'
        || Character.getType(point) == Character.NON_SPACING_MARK
        || Character.getType(point) == Character.CONNECTOR_PUNCTUATION;
  }
}

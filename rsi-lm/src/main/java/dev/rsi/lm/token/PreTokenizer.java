package dev.rsi.lm.token;

import dev.rsi.lm.token.SplitPattern.Behavior;
import java.util.ArrayList;
import java.util.List;

/** Splits a text into words, which merges never cross. */
final class PreTokenizer {
  private static final String KNOWN = "Sequence, Split, Digits, ByteLevel or Metaspace";

  /** GPT-2's own pattern. */
  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  /** One step. */
  interface Step {
    /**
     * The words of a piece.
     *
     * @param first whether the piece begins the whole text
     */
    List<String> words(String piece, boolean first);
  }

  private final List<Step> steps = new ArrayList<>();
  private boolean byteLevel;

  /** Whether words are written as bytes. */
  boolean isByteLevel() {
    return byteLevel;
  }

  static PreTokenizer none() {
    return new PreTokenizer();
  }

  static PreTokenizer of(Fields fields) {
    PreTokenizer made = new PreTokenizer();
    made.add(fields, 0);
    return made;
  }

  private void add(Fields fields, int depth) {
    if (byteLevel) {
      throw fields.wrong("type", "nothing behind ByteLevel");
    }
    switch (fields.text("type")) {
      case "Sequence" -> {
        for (Fields each : fields.objects("pretokenizers")) {
          if (depth > 8) {
            throw fields.wrong("type", "fewer sequences in sequences");
          }
          add(each, depth + 1);
        }
      }
      case "Split" -> {
        SplitPattern pattern = fields.pattern();
        Behavior behavior = behavior(fields);
        boolean invert = fields.flag("invert", false);
        steps.add((piece, first) -> pattern.split(piece, behavior, invert));
      }
      case "Digits" -> {
        SplitPattern digit = SplitPattern.of(fields.path("type"), "\\p{N}");
        boolean each = fields.flag("individual_digits", false);
        Behavior behavior = each ? Behavior.ISOLATED : Behavior.CONTIGUOUS;
        steps.add((piece, first) -> digit.split(piece, behavior, false));
      }
      case "ByteLevel" -> {
        byteLevel = true;
        if (fields.flag("add_prefix_space", true)) {
          steps.add((piece, first) -> List.of(piece.startsWith(" ") ? piece : " " + piece));
        }
        if (fields.flag("use_regex", true)) {
          SplitPattern pattern = SplitPattern.of(fields.path("type"), GPT2);
          steps.add((piece, first) -> pattern.split(piece, Behavior.ISOLATED, false));
        }
      }
      case "Metaspace" -> steps.add(metaspace(fields));
      default -> throw fields.wrong("type", KNOWN);
    }
  }

  private static Behavior behavior(Fields fields) {
    return switch (fields.text("behavior")) {
      case "Removed" -> Behavior.REMOVED;
      case "Isolated" -> Behavior.ISOLATED;
      case "MergedWithPrevious" -> Behavior.MERGED_WITH_PREVIOUS;
      case "MergedWithNext" -> Behavior.MERGED_WITH_NEXT;
      case "Contiguous" -> Behavior.CONTIGUOUS;
      default ->
          throw fields.wrong(
              "behavior", "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous");
    };
  }

  /** When a text gets the mark of a word's beginning before it. */
  static String scheme(Fields fields) {
    String scheme =
        fields.has("prepend_scheme")
            ? fields.text("prepend_scheme")
            : fields.flag("add_prefix_space", true) ? "always" : "never";
    if (!List.of("always", "first", "never").contains(scheme)) {
      throw fields.wrong("prepend_scheme", "always, first or never");
    }
    return scheme;
  }

  private static Step metaspace(Fields fields) {
    String mark = fields.text("replacement");
    String scheme = scheme(fields);
    SplitPattern pattern = SplitPattern.literal(mark);
    boolean split = fields.flag("split", true);
    return (piece, first) -> {
      String marked = piece.replace(" ", mark);
      boolean before = scheme.equals("always") || (scheme.equals("first") && first);
      String text = before && !marked.startsWith(mark) ? mark + marked : marked;
      return split ? pattern.split(text, Behavior.MERGED_WITH_NEXT, false) : List.of(text);
    };
  }

  List<String> words(String text, boolean first) {
    List<String> words = List.of(text);
    for (Step step : steps) {
      List<String> next = new ArrayList<>(words.size() * 2);
      for (int i = 0; i < words.size(); i++) {
        if (!words.get(i).isEmpty()) {
          next.addAll(step.words(words.get(i), first && i == 0));
        }
      }
      words = next;
    }
    return words;
  }
}

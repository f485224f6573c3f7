package dev.rsi.lm.token;

import java.util.ArrayList;
import java.util.List;

/**
 * How tokens become text again.
 *
 * @param kind which of the published ways
 * @param replaced what is replaced in a token's text, in pairs
 * @param byteFallback tokens such as {@code <0x0A>} are bytes
 * @param stripped the character that is taken off the beginning of the text, or empty
 * @param most how many of it
 * @param mark what stands for a blank, not at the beginning of the first token; or empty
 */
record Decoding(
    Kind kind,
    List<String[]> replaced,
    boolean byteFallback,
    String stripped,
    int most,
    String mark) {
  /** The ways. */
  enum Kind {
    BYTES,
    PIECES,
    WORDS
  }

  private static final String KNOWN =
      "ByteLevel, Metaspace, or a Sequence of Replace, Metaspace, ByteFallback, Fuse and Strip in"
          + " this order";

  static Decoding words() {
    return new Decoding(Kind.WORDS, List.of(), false, "", 0, "");
  }

  static Decoding bytes() {
    return new Decoding(Kind.BYTES, List.of(), false, "", 0, "");
  }

  static Decoding of(Fields fields) {
    boolean sequence = fields.text("type").equals("Sequence");
    List<Fields> steps = sequence ? fields.objects("decoders") : List.of(fields);
    if (steps.size() == 1 && steps.get(0).text("type").equals("ByteLevel")) {
      return bytes();
    }
    List<String[]> replaced = new ArrayList<>();
    boolean fallback = false;
    boolean fused = false;
    String stripped = "";
    int most = 0;
    String mark = "";
    int last = 0;
    for (Fields step : steps) {
      String type = step.text("type");
      int order =
          List.of("Replace", "Metaspace", "ByteFallback", "Fuse", "Strip").indexOf(type) + 1;
      if (order == 0 || order < last || (order == last && order > 1)) {
        throw step.wrong("type", KNOWN);
      }
      last = order;
      switch (type) {
        case "Replace" -> {
          Fields pattern = step.object("pattern");
          replaced.add(new String[] {pattern.text("String"), step.text("content")});
        }
        case "Metaspace" -> {
          mark = step.text("replacement");
          if (PreTokenizer.scheme(step).equals("never")) {
            replaced.add(new String[] {mark, " "});
            mark = "";
          }
        }
        case "ByteFallback" -> fallback = true;
        case "Fuse" -> fused = true;
        default -> {
          stripped = step.text("content");
          most = step.number("start");
          if (!fused
              || step.number("stop") != 0
              || stripped.codePointCount(0, stripped.length()) != 1) {
            throw step.wrong("type", "Strip of one character from the beginning, behind Fuse");
          }
        }
      }
    }
    return new Decoding(Kind.PIECES, List.copyOf(replaced), fallback, stripped, most, mark);
  }
}

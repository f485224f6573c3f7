package dev.rsi.lm.token;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Makes text of tokens that arrive one by one: what is complete at once, the rest with a later
 * token, so that no half of a character is ever shown. All that {@link #add} and {@link #end} gave,
 * one after the other, is what {@link BpeTokenizer#decode(int[])} gives for the same tokens. Not
 * thread-safe; one for each text. Field term: streaming detokenizer.
 */
public final class TokenDecoder {
  private final BpeTokenizer tokenizer;
  private final Decoding decoding;
  private final boolean special;
  private final Utf8 utf8 = new Utf8();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private boolean begun;
  private int stripped;
  private boolean stripping;

  TokenDecoder(BpeTokenizer tokenizer, Decoding decoding, boolean special) {
    this.tokenizer = tokenizer;
    this.decoding = decoding;
    this.special = special;
    this.stripping = decoding.most() > 0;
  }

  /**
   * Takes the next token.
   *
   * @param id any number that is not negative; one without a token adds nothing
   * @return the text that is complete now, often empty
   */
  public String add(int id) {
    String token = tokenizer.token(id);
    if (token == null || (!special && tokenizer.isSpecial(id))) {
      return "";
    }
    String text =
        switch (decoding.kind()) {
          case BYTES -> ofBytes(token);
          case PIECES -> ofPieces(token);
          case WORDS -> begun ? " " + token : token;
        };
    begun = true;
    return text;
  }

  /** The rest, with a replacement character for each part that is no character. */
  public String end() {
    if (decoding.kind() == Decoding.Kind.BYTES) {
      StringBuilder rest = new StringBuilder();
      utf8.end(rest);
      return rest.toString();
    }
    return strip(run());
  }

  private String ofBytes(String token) {
    StringBuilder text = new StringBuilder();
    if (token.chars().allMatch(c -> ByteLevel.toByte((char) c) >= 0)) {
      token.chars().forEach(c -> utf8.add(ByteLevel.toByte((char) c), text));
    } else {
      // One that was added as it is.
      for (byte b : token.getBytes(StandardCharsets.UTF_8)) {
        utf8.add(b & 255, text);
      }
    }
    return text.toString();
  }

  private String ofPieces(String token) {
    String piece = token;
    for (String[] pair : decoding.replaced()) {
      piece = piece.replace(pair[0], pair[1]);
    }
    if (!decoding.mark().isEmpty()) {
      piece = piece.replace(decoding.mark(), begun ? " " : "");
    }
    int b = decoding.byteFallback() ? byteOf(piece) : -1;
    if (b >= 0) {
      bytes.write(b);
      return "";
    }
    return strip(run() + piece);
  }

  private static int byteOf(String piece) {
    if (piece.length() != 6 || !piece.startsWith("<0x") || !piece.endsWith(">")) {
      return -1;
    }
    int high = Character.digit(piece.charAt(3), 16);
    int low = Character.digit(piece.charAt(4), 16);
    return piece.charAt(3) < 128 && piece.charAt(4) < 128 && high >= 0 && low >= 0
        ? high * 16 + low
        : -1;
  }

  /** The text of a run of bytes: as in the reference all of it, or none. */
  private String run() {
    if (bytes.size() == 0) {
      return "";
    }
    byte[] all = bytes.toByteArray();
    bytes.reset();
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(all)).toString();
    } catch (CharacterCodingException e) {
      return "\uFFFD".repeat(all.length);
    }
  }

  private String strip(String text) {
    String rest = text;
    while (stripping && !rest.isEmpty()) {
      if (stripped < decoding.most() && rest.startsWith(decoding.stripped())) {
        rest = rest.substring(decoding.stripped().length());
        stripped++;
      } else {
        stripping = false;
      }
    }
    return rest;
  }
}

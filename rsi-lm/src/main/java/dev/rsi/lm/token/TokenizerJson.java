package dev.rsi.lm.token;

import dev.rsi.api.CorruptModelException;
import dev.rsi.lm.internal.Json;
import dev.rsi.lm.token.AddedTokens.Added;
import dev.rsi.lm.token.BpeTokenizer.Parts;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads {@code tokenizer.json}. Vocabulary and merges, which are nearly all of it, become tables
 * while they are read; the rest is small.
 */
final class TokenizerJson {
  /** Four times the largest published one. */
  private static final long MOST_BYTES = 128L << 20;

  private static final int MOST_MERGES = 4_000_000;
  private static final int MOST_ADDED = 100_000;

  /** Names and brackets too. */
  private static final long MOST_TOKENS = 32_000_000;

  private final Map<String, Integer> vocab = new HashMap<>();
  private final List<String> merges = new ArrayList<>();

  private TokenizerJson() {}

  static Parts read(Path file) {
    // No channel, which an interrupt would close.
    try (InputStream in = new FileInputStream(file.toFile())) {
      long size = Files.size(file);
      if (size > MOST_BYTES) {
        throw new CorruptModelException(
            file, "(size)", "at most " + MOST_BYTES + " bytes", size + " bytes");
      }
      return new TokenizerJson().parts(in);
    } catch (BadPart e) {
      throw e.in(file);
    } catch (JacksonException e) {
      throw new CorruptModelException(file, "(content)", "readable JSON", e.toString(), e);
    } catch (IOException e) {
      boolean missing = Files.notExists(file);
      String field = missing ? "(file)" : "(content)";
      String found = missing ? "no such file" : e.toString();
      throw new CorruptModelException(file, field, missing ? "to exist" : "to be read", found, e);
    }
  }

  private Parts parts(InputStream in) throws IOException {
    Map<String, Object> root = new LinkedHashMap<>();
    try (JsonParser parser = Json.parser(in, MOST_TOKENS)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new BadPart("(root)", "a JSON object", String.valueOf(parser.currentToken()));
      }
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        boolean model = name.equals("model") && parser.currentToken() == JsonToken.START_OBJECT;
        root.put(name, model ? model(parser) : Json.value(parser));
      }
      if (parser.nextToken() != null) {
        throw new BadPart("(root)", "one JSON object", "more text behind it");
      }
    }
    return parts(Fields.of("(root)", root));
  }

  private Map<String, Object> model(JsonParser parser) throws IOException {
    Map<String, Object> model = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      if (name.equals("vocab") && parser.currentToken() == JsonToken.START_OBJECT) {
        vocab(parser);
      } else if (name.equals("merges") && parser.currentToken() == JsonToken.START_ARRAY) {
        merges(parser);
      } else {
        model.put(name, Json.value(parser));
      }
    }
    return model;
  }

  private void vocab(JsonParser parser) {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String token = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_NUMBER_INT) {
        throw new BadPart(
            "model.vocab",
            "a whole number for " + Vocabulary.shown(token),
            parser.currentToken() + "");
      }
      vocab.put(token, parser.getIntValue());
      if (vocab.size() > Vocabulary.MOST) {
        throw new BadPart("model.vocab", "at most " + Vocabulary.MOST + " tokens", "more");
      }
    }
  }

  /** Each is a pair, or one string with a blank between its parts. */
  private void merges(JsonParser parser) {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      int rank = merges.size() / 2;
      if (rank >= MOST_MERGES) {
        throw new BadPart("model.merges", "at most " + MOST_MERGES + " pairs", "more");
      }
      if (parser.currentToken() == JsonToken.VALUE_STRING) {
        String[] pair = pair(parser.getString(), rank);
        merges.add(pair[0]);
        merges.add(pair[1]);
        continue;
      }
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        throw badMerge(rank, String.valueOf(parser.currentToken()));
      }
      int parts = 0;
      while (parser.nextToken() == JsonToken.VALUE_STRING && parts < 3) {
        merges.add(parser.getString());
        parts++;
      }
      if (parts != 2 || parser.currentToken() != JsonToken.END_ARRAY) {
        throw badMerge(rank, parts + " parts before " + parser.currentToken());
      }
    }
  }

  /** The two tokens of a merge that is one string. */
  static String[] pair(String text, int rank) {
    int blank = text.indexOf(' ');
    if (blank <= 0 || blank != text.lastIndexOf(' ') || blank == text.length() - 1) {
      throw badMerge(rank, Vocabulary.shown(text));
    }
    return new String[] {text.substring(0, blank), text.substring(blank + 1)};
  }

  private static BadPart badMerge(int rank, String found) {
    return new BadPart("model.merges[" + rank + "]", "two tokens", found);
  }

  private Parts parts(Fields root) {
    Fields fields = root.object("model");
    if (fields.has("type") && !fields.text("type").equals("BPE")) {
      throw fields.wrong("type", "\"BPE\"");
    }
    for (String name : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
      if (fields.has(name) && !fields.text(name).isEmpty()) {
        throw fields.wrong(name, "nothing");
      }
    }
    if (fields.has("dropout") && !fields.value("dropout").equals(0.0)) {
      throw fields.wrong("dropout", "nothing, which chance would change ids");
    }
    if (vocab.isEmpty()) {
      throw new BadPart("model.vocab", "an object of tokens", "nothing");
    }
    Vocabulary vocabulary = new Vocabulary(vocab);
    PreTokenizer preTokenizer =
        root.has("pre_tokenizer")
            ? PreTokenizer.of(root.object("pre_tokenizer"))
            : PreTokenizer.none();
    List<UnaryOperator<String>> normalizers =
        root.has("normalizer") ? Normalizers.of(root.object("normalizer")) : List.of();
    PairTable table = new PairTable(merges.size() / 2);
    for (int i = 0; i < merges.size(); i += 2) {
      BpeModel.merge(vocabulary, table, merges.get(i), merges.get(i + 1), i / 2);
    }
    merges.clear();
    List<Added> added = added(root, vocabulary);
    List<Integer> before = new ArrayList<>();
    List<Integer> after = new ArrayList<>();
    if (root.has("post_processor")) {
      around(root.object("post_processor"), before, after, 0);
    }
    return new Parts(
        vocabulary,
        new BpeModel(vocabulary, table, options(fields, vocabulary, preTokenizer.isByteLevel())),
        added,
        normalizers,
        preTokenizer,
        root.has("decoder") ? Decoding.of(root.object("decoder")) : Decoding.words(),
        before,
        after);
  }

  private static BpeModel.Options options(Fields fields, Vocabulary vocabulary, boolean byteLevel) {
    int unknown = Vocabulary.NONE;
    if (fields.has("unk_token")) {
      unknown = vocabulary.id(fields.text("unk_token"));
      if (unknown == Vocabulary.NONE) {
        throw fields.wrong("unk_token", "a token of the vocabulary");
      }
    }
    char mark = '\u2581';
    boolean splits =
        !byteLevel
            && !fields.flag("ignore_merges", false)
            && vocabulary.id(mark) != Vocabulary.NONE
            && vocabulary.beginsOnly(mark);
    return new BpeModel.Options(
        byteLevel,
        fields.flag("byte_fallback", false),
        unknown,
        fields.flag("fuse_unk", false),
        fields.flag("ignore_merges", false),
        splits ? mark : 0);
  }

  private static List<Added> added(Fields root, Vocabulary vocabulary) {
    if (!root.has("added_tokens")) {
      return List.of();
    }
    List<Fields> all = root.objects("added_tokens");
    if (all.size() > MOST_ADDED) {
      throw new BadPart("added_tokens", "at most " + MOST_ADDED + " tokens", all.size() + "");
    }
    List<Added> added = new ArrayList<>(all.size());
    Set<Integer> ids = new HashSet<>();
    int most = 2 * (vocabulary.size() + all.size()) + 1024;
    for (Fields each : all) {
      String text = each.text("content");
      int id = each.number("id");
      int known = vocabulary.id(text);
      @Nullable String other = vocabulary.token(id);
      if (text.isEmpty() || text.length() > 1024) {
        throw each.wrong("content", "1 to 1024 characters");
      }
      if (id >= most || !ids.add(id)) {
        throw each.wrong("id", "an id of its own below " + most);
      }
      if ((known != Vocabulary.NONE && known != id) || (other != null && !other.equals(text))) {
        throw each.wrong("id", "the id that model.vocab has for the token, or a free one");
      }
      added.add(
          new Added(
              text,
              id,
              each.flag("single_word", false),
              each.flag("lstrip", false),
              each.flag("rstrip", false),
              each.flag("normalized", !each.flag("special", false)),
              each.flag("special", false)));
    }
    return added;
  }

  /** The tokens before and after a text alone. */
  private static void around(Fields fields, List<Integer> before, List<Integer> after, int depth) {
    switch (fields.text("type")) {
      case "ByteLevel" -> {}
      case "Sequence" -> {
        for (Fields each : fields.objects("processors")) {
          if (depth > 8) {
            throw fields.wrong("type", "fewer sequences in sequences");
          }
          around(each, before, after, depth + 1);
        }
      }
      case "TemplateProcessing" -> template(fields, before, after);
      default -> throw fields.wrong("type", "ByteLevel, Sequence or TemplateProcessing");
    }
  }

  private static void template(Fields fields, List<Integer> before, List<Integer> after) {
    boolean passed = false;
    for (Fields piece : fields.objects("single")) {
      if (piece.has("Sequence")) {
        passed = true;
        continue;
      }
      String name = piece.object("SpecialToken").text("id");
      Fields token = fields.object("special_tokens").object(name);
      if (!(token.value("ids") instanceof List<?> ids)) {
        throw token.wrong("ids", "an array");
      }
      for (Object id : ids) {
        if (!(id instanceof Long number) || number < 0 || number > Integer.MAX_VALUE) {
          throw token.wrong("ids", "ids");
        }
        (passed ? after : before).add((int) (long) number);
      }
    }
  }
}

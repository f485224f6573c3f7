package dev.rsi.api;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** See {@link Labelled#codec}. */
final class LabelledCodec<I, L, C> implements Codec<Labelled<I, L>, C>, Described {
  private static final int MOST_SHOWN = 200;

  private final Codec<I, C> inputs;
  private final Map<String, L> labels = new TreeMap<>();
  private final String digest;

  LabelledCodec(Codec<I, C> inputs, Collection<Labelled<I, L>> data) {
    this.inputs = Objects.requireNonNull(inputs, "inputs");
    for (Labelled<I, L> task : data) {
      String text = inputs.writeTask(task.input());
      L before = labels.put(text, task.label());
      if (before != null && !before.equals(task.label())) {
        throw new IllegalArgumentException(
            "The input ("
                + shown(text)
                + ") stands in the data with the label ("
                + shown(before.toString())
                + ") and with ("
                + shown(task.label().toString())
                + ").\nMaybe one of them is wrong; if both are right, make the label a set of"
                + " answers.");
      }
    }
    if (labels.isEmpty()) {
      throw new IllegalArgumentException("There must be labelled tasks, but there are none.");
    }
    this.digest = digest();
  }

  private static String shown(String text) {
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
  }

  /** Over inputs and labels, the latter where their words are the same in every process. */
  private String digest() {
    MessageDigest sha;
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256.", e);
    }
    labels.forEach(
        (input, label) -> {
          put(sha, input);
          put(sha, isPlain(label) ? label.toString() : label.getClass().getName());
        });
    return HexFormat.of().formatHex(sha.digest());
  }

  private static boolean isPlain(Object label) {
    return label instanceof String
        || label instanceof Number
        || label instanceof Boolean
        || label instanceof Character
        || label instanceof Enum;
  }

  private static void put(MessageDigest sha, String text) {
    // In UTF-16, as a text from outside may have half a surrogate pair, which has no UTF-8.
    byte[] bytes = text.getBytes(StandardCharsets.UTF_16BE);
    sha.update((bytes.length + " ").getBytes(StandardCharsets.US_ASCII));
    sha.update(bytes);
  }

  @Override
  public String writeTask(Labelled<I, L> task) {
    return inputs.writeTask(task.input());
  }

  @Override
  public Labelled<I, L> readTask(String text) {
    L label = labels.get(text);
    if (label == null) {
      throw new IllegalArgumentException(
          "The task ("
              + shown(text)
              + ") is not in the data set of ("
              + labels.size()
              + ") labelled tasks, so its label is not known.\n"
              + "Maybe the codec was given one part of a split: it needs practice, probes and exam"
              + " together.");
    }
    return new Labelled<>(inputs.readTask(text), label);
  }

  @Override
  public String writeCandidate(C candidate) {
    return inputs.writeCandidate(candidate);
  }

  @Override
  public C readCandidate(String text) {
    return inputs.readCandidate(text);
  }

  @Override
  public String describe() {
    String of =
        inputs instanceof Described described ? described.describe() : Described.className(inputs);
    return of + ", " + labels.size() + " labelled tasks of sha-256 " + digest;
  }
}

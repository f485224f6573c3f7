package dev.rsi.api;

/** Text as it is. */
enum TextCodec implements Codec<String, String> {
  INSTANCE;

  @Override
  public String writeTask(String task) {
    return task;
  }

  @Override
  public String readTask(String text) {
    return text;
  }

  @Override
  public String writeCandidate(String candidate) {
    return candidate;
  }

  @Override
  public String readCandidate(String text) {
    return text;
  }
}

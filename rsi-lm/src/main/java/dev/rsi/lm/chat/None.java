package dev.rsi.lm.chat;

/** The template's {@code none}. */
enum None {
  NONE;

  @Override
  public String toString() {
    return "None";
  }
}

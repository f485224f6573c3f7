package consumer;

import dev.rsi.core.internal.Json;

/** Reaches for what is not exported. */
public final class Main {
  public static void main(String[] args) {
    System.out.println(Json.class);
  }
}

package dev.rsi.djl;

import dev.rsi.api.Codec;
import java.util.random.RandomGenerator;

/** Two numbers of one length, written with the lowest digit first. */
record Addition(String a, String b) {
  static final Codec<Addition, String> CODEC =
      new Codec<>() {
        @Override
        public String writeTask(Addition task) {
          return task.a + "+" + task.b + "=";
        }

        @Override
        public Addition readTask(String text) {
          int plus = text.indexOf('+');
          return new Addition(text.substring(0, plus), text.substring(plus + 1, text.length() - 1));
        }

        @Override
        public String writeCandidate(String candidate) {
          return candidate;
        }

        @Override
        public String readCandidate(String text) {
          return text;
        }
      };

  static Addition draw(int digits, RandomGenerator random) {
    StringBuilder a = new StringBuilder();
    StringBuilder b = new StringBuilder();
    for (int i = 0; i < digits; i++) {
      a.append(random.nextInt(10));
      b.append(random.nextInt(10));
    }
    return new Addition(a.toString(), b.toString());
  }

  String expected() {
    StringBuilder sum = new StringBuilder();
    int carry = 0;
    for (int i = 0; i < a.length(); i++) {
      int digit = a.charAt(i) - '0' + b.charAt(i) - '0' + carry;
      sum.append(digit % 10);
      carry = digit / 10;
    }
    return sum.append(carry).toString();
  }
}

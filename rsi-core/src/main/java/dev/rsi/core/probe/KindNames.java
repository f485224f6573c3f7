package dev.rsi.core.probe;

import java.util.Comparator;

/** The order of kinds that came in none. */
final class KindNames {
  /** By their characters, and runs of ASCII digits by value: "level 9" stands before "level 10". */
  static final Comparator<String> ORDER =
      Comparator.<String>nullsFirst(KindNames::compare).thenComparing(Comparator.naturalOrder());

  private KindNames() {}

  private static int compare(String one, String other) {
    int i = 0;
    int j = 0;
    while (i < one.length() && j < other.length()) {
      int end = digits(one, i);
      int otherEnd = digits(other, j);
      if (end > i && otherEnd > j) {
        int order = compareNumbers(one.substring(i, end), other.substring(j, otherEnd));
        if (order != 0) {
          return order;
        }
        i = end;
        j = otherEnd;
      } else if (one.charAt(i) == other.charAt(j)) {
        i++;
        j++;
      } else {
        return Character.compare(one.charAt(i), other.charAt(j));
      }
    }
    return Integer.compare(one.length() - i, other.length() - j);
  }

  /** Where the digits end that begin at a place. */
  private static int digits(String name, int from) {
    int end = from;
    while (end < name.length() && name.charAt(end) >= '0' && name.charAt(end) <= '9') {
      end++;
    }
    return end;
  }

  private static int compareNumbers(String one, String other) {
    String plain = one.replaceFirst("^0+", "");
    String otherPlain = other.replaceFirst("^0+", "");
    int order = Integer.compare(plain.length(), otherPlain.length());
    return order != 0 ? order : plain.compareTo(otherPlain);
  }
}

package dev.rsi.lm.chat;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The time as C's {@code strftime} writes it, in English. */
final class Dates {
  private static final String KNOWN =
      "%A %a %B %b %d %e %-d %m %-m %Y %y %H %I %M %S %p %j %F %T %%";

  private Dates() {}

  static String now(Run run, String format) {
    Clock clock = run.clock == null ? Clock.systemUTC() : run.clock;
    ZonedDateTime now = ZonedDateTime.now(clock);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        text.append(c);
        continue;
      }
      boolean plain = format.charAt(i + 1) == '-' && i + 2 < format.length();
      i += plain ? 2 : 1;
      text.append(field(now, plain, format.charAt(i)));
    }
    run.work(text.length());
    return text.toString();
  }

  private static String field(ZonedDateTime now, boolean plain, char kind) {
    return switch (kind) {
      case 'A' -> written(now, "EEEE");
      case 'a' -> written(now, "EEE");
      case 'B' -> written(now, "MMMM");
      case 'b' -> written(now, "MMM");
      case 'd' -> written(now, plain ? "d" : "dd");
      case 'e' -> (now.getDayOfMonth() < 10 ? " " : "") + now.getDayOfMonth();
      case 'm' -> written(now, plain ? "M" : "MM");
      case 'Y' -> String.valueOf(now.getYear());
      case 'y' -> written(now, "uu");
      case 'H' -> written(now, plain ? "H" : "HH");
      case 'I' -> written(now, plain ? "h" : "hh");
      case 'M' -> written(now, plain ? "m" : "mm");
      case 'S' -> written(now, plain ? "s" : "ss");
      case 'p' -> now.getHour() < 12 ? "AM" : "PM";
      case 'j' -> written(now, plain ? "D" : "DDD");
      case 'F' -> written(now, "uuuu-MM-dd");
      case 'T' -> written(now, "HH:mm:ss");
      case '%' -> "%";
      default -> throw new Fault("the date's field (%" + kind + ") is not known; known: " + KNOWN);
    };
  }

  private static String written(ZonedDateTime now, String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(now);
  }
}

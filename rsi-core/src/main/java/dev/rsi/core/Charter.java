package dev.rsi.core;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a run is for and what it must not change, in the words of those who answer for it. It
 * travels with the run: its text is recorded when the run begins, its digest stands in every
 * decision and in the provenance of every version that the run makes, and a run that is gone on
 * with must have the same. The loop does not read it: what it forbids, gate, probes and parts have
 * to prevent. Field terms: model spec, policy.
 *
 * @param version from 1; a charter that says something else has another
 * @param goal what is to get better, in a line
 * @param metrics what it is measured by, each in a line
 * @param forbidden what must not change, each in a line
 */
public record Charter(int version, String goal, List<String> metrics, List<String> forbidden) {

  public Charter {
    if (version < 1) {
      throw new IllegalArgumentException("version (" + version + ") must be >= 1.");
    }
    metrics = List.copyOf(metrics);
    forbidden = List.copyOf(forbidden);
    Stream.of(List.of(goal), metrics, forbidden).flatMap(List::stream).forEach(Charter::checkLine);
  }

  /** Lines of one text, so that no two charters have the same. */
  private static void checkLine(String line) {
    if (line.isBlank() || line.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "charter has (" + line + "), which is blank or more than one line.\nMaybe split it.");
    }
  }

  /** The charter as it is recorded. */
  public String text() {
    StringBuilder text = new StringBuilder("charter ").append(version);
    text.append("\ngoal: ").append(goal);
    metrics.forEach(metric -> text.append("\nmetric: ").append(metric));
    forbidden.forEach(change -> text.append("\nforbidden: ").append(change));
    return text.append('\n').toString();
  }

  /** SHA-256 of the {@link #text} in UTF-8, in 64 hexadecimal digits. */
  public String digest() {
    return Hashing.sha256().hashString(text(), StandardCharsets.UTF_8).toString();
  }
}

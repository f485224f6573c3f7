package dev.rsi.core.live;

import dev.rsi.api.ModelVersion;
import java.time.Duration;

/**
 * What the requests of one version came to since it was served.
 *
 * @param version the version
 * @param role what it is served as
 * @param requests how many are over
 * @param failures how many of them failed: a call threw, was cancelled, or gave no output but
 *     failed ones, and nothing better was told
 * @param waited how many had to wait for a session
 * @param open how many are under way
 * @param told of how many it was told how they went
 * @param success the mean of what was told, in [0, 1]; NaN if nothing was
 * @param median how long the calls of a request took in the median, an eighth too long at most;
 *     zero if there was none
 * @param slowest what all but a hundredth of the requests took at most, likewise
 */
public record Usage(
    ModelVersion version,
    Role role,
    long requests,
    long failures,
    long waited,
    long open,
    long told,
    double success,
    Duration median,
    Duration slowest) {
  /** What a version is served as. */
  public enum Role {
    /** It is live. */
    LIVE,
    /** A canary tries it, or has found it safe. */
    CHALLENGER,
    /** It was live when conversations began that go on. */
    KEPT
  }
}

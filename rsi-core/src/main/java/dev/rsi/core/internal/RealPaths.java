package dev.rsi.core.internal;

import java.io.IOException;
import java.nio.file.Path;

/** Where a path leads, as the system follows it. */
public final class RealPaths {
  private RealPaths() {}

  /**
   * The one name of a file or directory, whichever links lead to it: two names of one file give
   * equal paths. What does not exist yet is named in the real path of the nearest parent that does;
   * {@code ..} goes up from where a link leads, not from where it lies.
   */
  public static Path of(Path path) {
    Path absolute = path.toAbsolutePath();
    for (Path there = absolute; there != null; there = there.getParent()) {
      try {
        Path real = there.toRealPath();
        int names = there.getNameCount();
        return names == absolute.getNameCount()
            ? real
            : real.resolve(absolute.subpath(names, absolute.getNameCount())).normalize();
      } catch (IOException e) {
        // Not there yet: its parent may be.
      }
    }
    return absolute.normalize();
  }
}

package dev.rsi.core.live;

import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.core.registry.ModelRegistry;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads versions of a registry into sessions of a generator. */
final class Versions<T, C> {
  private static final Logger log = LoggerFactory.getLogger(Versions.class);

  private final Generator<T, C> generator;
  private final ModelRegistry registry;
  private final List<Request<T>> warmUp;

  Versions(Generator<T, C> generator, ModelRegistry registry, List<Request<T>> warmUp) {
    this.generator = generator;
    this.registry = registry;
    this.warmUp = warmUp;
  }

  ModelRegistry registry() {
    return registry;
  }

  /**
   * The registry's live version.
   *
   * @throws IllegalStateException if there is none
   */
  ModelVersion live() {
    return registry
        .live()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "No version is live in ("
                        + registry
                        + ").\nMaybe promote one first; a loop promotes the one it begins with."));
  }

  /** Why somebody withdrew a version, if the registry can say so. */
  Optional<String> withdrawn(ModelVersion version) {
    try {
      return registry.withdrawn(version.id());
    } catch (RuntimeException e) {
      log.warn("it cannot be seen whether version {} is withdrawn", version.shortId(), e);
      return Optional.empty();
    }
  }

  /**
   * Refuses a version that was withdrawn.
   *
   * @throws ModelRegistry.WithdrawnException if it was
   */
  void checkNotWithdrawn(ModelVersion version) {
    Optional<String> why = withdrawn(version);
    if (why.isPresent()) {
      throw new ModelRegistry.WithdrawnException(version.id(), why.get());
    }
  }

  /** Another session of a version. */
  Generator.Session<T, C> open(ModelVersion version) {
    return registry.load(version.id(), generator::open);
  }

  /** A version whose first session is open and warm. */
  Pool<T, C> load(ModelVersion version, int sessions) {
    ModelRegistry.Hold hold = hold(version);
    try {
      Generator.Session<T, C> first = open(version);
      try {
        warmUp(version, first);
      } catch (RuntimeException | Error e) {
        close(first);
        throw e;
      }
      return new Pool<>(version, hold, first, sessions);
    } catch (RuntimeException | Error e) {
      hold.close();
      throw e;
    }
  }

  private void warmUp(ModelVersion version, Generator.Session<T, C> session) {
    if (warmUp.isEmpty()) {
      return;
    }
    for (Output<C> output : session.generate(warmUp, RunContext.standalone())) {
      if (output.kind() == Output.Kind.FAILED) {
        throw new RsiException(
            "Version ("
                + version.shortId()
                + ") fails at a request that it is warmed up with: "
                + output.failure()
                + "\nMaybe it is broken; or ask something else: Serving.warmUp.");
      }
    }
  }

  /** Keeps the registry from deleting a version that further sessions may be opened of. */
  private ModelRegistry.Hold hold(ModelVersion version) {
    try {
      return registry.hold(version.id());
    } catch (RsiException e) {
      log.warn("version {} is served, but could not be held", version.shortId(), e);
      return () -> {};
    }
  }

  /** Lets the version of a pool go that never served anybody. */
  void letGo(Pool<T, C> pool) {
    ModelRegistry.Hold hold = pool.ended();
    if (hold != null) {
      letGo(pool.version, hold);
    }
  }

  void letGo(ModelVersion version, ModelRegistry.Hold hold) {
    try {
      hold.close();
    } catch (RsiException e) {
      log.warn("version {} could not be let go", version.shortId(), e);
    }
  }

  // A request was answered, or a swap was made: that a session did not end well undoes neither.
  static void close(Generator.@Nullable Session<?, ?> session) {
    try {
      if (session != null) {
        session.close();
      }
    } catch (RuntimeException e) {
      log.warn("a session could not be closed", e);
    }
  }
}

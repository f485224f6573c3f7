/**
 * The improvement loop.
 *
 * <p>Start at {@link dev.rsi.core.ImprovementLoop}: its builder takes a generator, a verifier, a
 * trainer, a drift gate with its probes, a budget, a store and a registry, and its {@code run} lets
 * the model improve itself generation by generation within them.
 */
@NullMarked
package dev.rsi.core;

import org.jspecify.annotations.NullMarked;

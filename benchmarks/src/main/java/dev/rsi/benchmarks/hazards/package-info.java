/**
 * Harmful trainings of a real model, one class per hazard, and what the drift gate makes of them.
 * Run {@code dev.rsi.benchmarks.HazardTable}.
 */
@NullMarked
package dev.rsi.benchmarks.hazards;

import org.jspecify.annotations.NullMarked;

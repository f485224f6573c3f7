/** Settings that are tuned by a metric: the programs of docs/guides/metric-as-goal.md. */
@org.jspecify.annotations.NullMarked
package dev.rsi.examples.metrics;

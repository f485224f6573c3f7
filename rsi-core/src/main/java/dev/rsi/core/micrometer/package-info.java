/** Runs as meters of Micrometer, for applications that have it: nothing else here needs it. */
@org.jspecify.annotations.NullMarked
package dev.rsi.core.micrometer;

/** JMH benchmarks. README.md of this module says how to run one. */
@NullMarked
package dev.rsi.benchmarks;

import org.jspecify.annotations.NullMarked;

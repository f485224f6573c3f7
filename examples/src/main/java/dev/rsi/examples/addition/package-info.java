/**
 * A small transformer that teaches itself to add: from 5-digit to 20-digit numbers, on its own
 * verified answers. Run {@link dev.rsi.examples.addition.AdditionLoop}.
 */
@NullMarked
package dev.rsi.examples.addition;

import org.jspecify.annotations.NullMarked;

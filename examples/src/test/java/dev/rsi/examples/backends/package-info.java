@NullMarked
package dev.rsi.examples.backends;

import org.jspecify.annotations.NullMarked;

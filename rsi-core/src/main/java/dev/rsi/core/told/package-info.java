/** Lessons from what users said of answers: see {@link dev.rsi.core.told.ToldLessons}. */
@NullMarked
package dev.rsi.core.told;

import org.jspecify.annotations.NullMarked;

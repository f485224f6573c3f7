/** Trainings of a run: the work directory, and what a trainer may call meanwhile. */
@NullMarked
package dev.rsi.core.internal.training;

import org.jspecify.annotations.NullMarked;

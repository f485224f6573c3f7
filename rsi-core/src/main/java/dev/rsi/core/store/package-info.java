/** Where a run is recorded. */
@NullMarked
package dev.rsi.core.store;

import org.jspecify.annotations.NullMarked;

/** Serving the live version while it is replaced. */
@NullMarked
package dev.rsi.core.live;

import org.jspecify.annotations.NullMarked;

/** Which texts are nearly the same: what keeps practice, probes and exam apart. */
@NullMarked
package dev.rsi.core.internal.near;

import org.jspecify.annotations.NullMarked;

/** What the packages of rsi-core share. Not exported. */
@NullMarked
package dev.rsi.core.internal;

import org.jspecify.annotations.NullMarked;

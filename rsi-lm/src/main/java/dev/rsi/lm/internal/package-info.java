/** What the packages of this module share and nobody else sees: JSON. */
@NullMarked
package dev.rsi.lm.internal;

import org.jspecify.annotations.NullMarked;

/** Ready-made verifiers: see {@link dev.rsi.core.verify.Verifiers}. */
@NullMarked
package dev.rsi.core.verify;

import org.jspecify.annotations.NullMarked;

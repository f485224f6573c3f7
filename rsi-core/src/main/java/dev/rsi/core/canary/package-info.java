/**
 * Whether a challenger does harm to users, or is proven to do none, from how their requests went:
 * the statistics of canaries and shadows, for {@code LiveModel} and for who serves otherwise.
 */
@NullMarked
package dev.rsi.core.canary;

import org.jspecify.annotations.NullMarked;

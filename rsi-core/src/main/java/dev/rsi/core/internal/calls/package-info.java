/** Workers that call verifiers, critics, judges and models, in parallel and within a time. */
@NullMarked
package dev.rsi.core.internal.calls;

import org.jspecify.annotations.NullMarked;

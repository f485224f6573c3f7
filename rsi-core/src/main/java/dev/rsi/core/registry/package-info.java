/** Where versions of a model are kept, and which of them is live. */
@NullMarked
package dev.rsi.core.registry;

import org.jspecify.annotations.NullMarked;

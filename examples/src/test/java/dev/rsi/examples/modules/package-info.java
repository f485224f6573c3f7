/** What a module that names ours can and cannot do. */
@NullMarked
package dev.rsi.examples.modules;

import org.jspecify.annotations.NullMarked;

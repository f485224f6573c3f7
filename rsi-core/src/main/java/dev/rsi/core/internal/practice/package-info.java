/** Where the model practises: attempts, their rulings, and the lessons that come of them. */
@NullMarked
package dev.rsi.core.internal.practice;

import org.jspecify.annotations.NullMarked;

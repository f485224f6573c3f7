/**
 * Tasks and models as people have them: data sets in files, and models that are a text beside a
 * function. Field terms: dataset loading, train/test split, prompt optimisation.
 */
@NullMarked
package dev.rsi.core.data;

import org.jspecify.annotations.NullMarked;

/** What a run did: the events it records and the reports made of them. */
@NullMarked
package dev.rsi.core.report;

import org.jspecify.annotations.NullMarked;

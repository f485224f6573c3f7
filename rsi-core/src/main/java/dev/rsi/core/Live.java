package dev.rsi.core;

/**
 * What is live: what the model attempts with, and what challengers are trained from and held
 * against. {@link RunState} alone changes it.
 *
 * @param version id of the model's version
 */
record Live(String version) {}

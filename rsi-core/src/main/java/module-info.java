/** The improvement loop and what it stands on: gate, budget, store, registry and verifiers. */
@org.jspecify.annotations.NullMarked
module dev.rsi.core {
  requires transitive dev.rsi.api;
  requires transitive java.sql;
  requires static transitive org.jspecify;
  requires com.google.common;
  requires java.management;
  requires jdk.jfr;
  requires jdk.management;
  requires static micrometer.core;
  requires org.apache.commons.statistics.distribution;
  requires org.slf4j;
  requires static org.xerial.sqlitejdbc;
  requires tools.jackson.core;

  exports dev.rsi.core;
  exports dev.rsi.core.canary;
  exports dev.rsi.core.data;
  exports dev.rsi.core.gate;
  exports dev.rsi.core.live;
  exports dev.rsi.core.micrometer;
  exports dev.rsi.core.probe;
  exports dev.rsi.core.registry;
  exports dev.rsi.core.report;
  exports dev.rsi.core.store;
  exports dev.rsi.core.told;
  exports dev.rsi.core.verify;
}

module consumer {
  requires dev.rsi.testkit;
}

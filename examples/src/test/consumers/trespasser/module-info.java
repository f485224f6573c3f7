module consumer {
  requires dev.rsi.core;
}

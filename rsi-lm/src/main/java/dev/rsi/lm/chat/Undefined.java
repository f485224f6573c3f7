package dev.rsi.lm.chat;

/**
 * What stands for a name or a field that is not there: false, without text and without elements,
 * and an error in all else.
 *
 * @param why for the error
 */
record Undefined(String why) {

  static Undefined name(String name) {
    return new Undefined("(" + name + ") is undefined");
  }

  static Undefined field(Object of, Object name) {
    return new Undefined(Values.kind(of) + " has no (" + Values.shown(name) + ")");
  }

  Fault fault() {
    return new Fault(why);
  }

  @Override
  public String toString() {
    return "";
  }
}

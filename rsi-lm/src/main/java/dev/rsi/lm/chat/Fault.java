package dev.rsi.lm.chat;

/** What went wrong with a value; whoever knows the line makes a {@link TemplateException} of it. */
final class Fault extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String what;
  private final String maybe;
  private final boolean raised;

  Fault(String what, String maybe, boolean raised) {
    super(what, null, false, false);
    this.what = what;
    this.maybe = maybe;
    this.raised = raised;
  }

  Fault(String what) {
    this(what, "the template is written for messages of another form", false);
  }

  TemplateException at(int line, String construct) {
    return new TemplateException(line, construct, what, maybe, raised);
  }
}

package dev.rsi.core.internal.probe;

import dev.rsi.api.Calls;
import dev.rsi.api.Cost;
import dev.rsi.api.Output;
import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A family whose tasks a version attempts; its {@link Form} reads the answers. */
public final class Answered<T, C> extends Family<T, C> {
  private final Form<T, C> form;

  /**
   * A family.
   *
   * @param tasks one or more; an even number where the form asks twins
   * @param margins null for the gate's own
   */
  public Answered(
      String name, List<? extends T> tasks, Form<T, C> form, @Nullable Margins margins) {
    super(name, tasks, margins);
    this.form = form;
  }

  @Override
  public int size() {
    return form.asks() == Form.Asks.TWINS ? tasks().size() / 2 : tasks().size();
  }

  /** The tasks that a version attempts for a probe, each under a seed of its own; one or two. */
  public List<T> asks(int probe) {
    T task = tasks().get(probe);
    return switch (form.asks()) {
      case ONCE -> List.of(task);
      case TWICE -> List.of(task, task);
      case TWINS -> List.of(task, tasks().get(size() + probe));
    };
  }

  @Override
  public int attempts() {
    return form.asks() == Form.Asks.ONCE ? 1 : 2;
  }

  @Override
  public int attempts(int probe) {
    return attempts();
  }

  /**
   * Reads a version's answers to a probe.
   *
   * @param outputs one for each of {@link #asks}, in order
   * @param used is told what each call of a judge used
   * @return in [0, 1]; empty if an attempt failed or a judge broke, which is a missing reading
   * @throws RuntimeException if a function of the user's breaks, which is a missing reading, too
   */
  public OptionalDouble reading(int probe, List<Output<C>> outputs, Consumer<? super Cost> used) {
    return form.read(asks(probe), outputs, used);
  }

  /** Who reads the answers, in words that are the same in every process. */
  String reader() {
    return form.reader();
  }

  /** How the judges that read it may be called. */
  public Calls calling() {
    return form.calling();
  }

  /** The most tokens that its judges use on one attempt; {@link Integer#MAX_VALUE} if unknown. */
  public int maxTokens() {
    return form.maxTokens();
  }

  /** The most money that its judges are charged for one attempt. */
  public BigDecimal maxMoney() {
    return form.maxMoney();
  }

  @Override
  public boolean variesBySeed() {
    return true;
  }

  @Override
  public boolean isSkill() {
    return form.isSkill();
  }

  @Override
  public boolean isTripwire() {
    return form.isTripwire();
  }

  @Override
  public boolean isGraded() {
    return form.isGraded();
  }

  @Override
  boolean isRenewable() {
    return form.isRenewable();
  }

  Form<T, C> form() {
    return form;
  }

  @Override
  String formName() {
    return form.name();
  }

  @Override
  Answered<T, C> with(List<T> otherTasks, @Nullable Margins otherMargins) {
    return new Answered<>(name(), otherTasks, form, otherMargins);
  }
}

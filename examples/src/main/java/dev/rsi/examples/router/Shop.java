package dev.rsi.examples.router;

import dev.rsi.api.Lesson;
import dev.rsi.api.TaskSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * An application that sends customers' requests to one of six desks, and finds out afterwards
 * whether the desk could help: simulated, from phrasings in {@code requests.txt}. A phrasing is for
 * one use only, so what is held out is worded as nothing that was practised. Immutable.
 */
public final class Shop {
  private static final List<String> OPENERS =
      List.of("", "Hi, ", "Hello, ", "Good morning. ", "Hey there! ", "Excuse me: ");
  private static final List<String> CLOSERS =
      List.of("", " Thanks.", " Please help me.", " Best regards, Sam", " It is urgent.");
  private static final List<String> ITEMS =
      List.of(
          "lamp",
          "jacket",
          "coffee machine",
          "backpack",
          "blender",
          "watch",
          "keyboard",
          "kettle",
          "tent",
          "guitar");
  private static final List<String> DAYS =
      List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");

  private enum Use {
    GIVEN,
    EASY,
    HARD,
    PROBE,
    EXAM
  }

  private final Map<Use, Map<String, List<String>>> phrasings = new HashMap<>();
  private final Map<String, String> desks = new HashMap<>();

  /** Reads the phrasings. */
  public Shop() {
    for (Use use : Use.values()) {
      phrasings.put(use, new LinkedHashMap<>());
    }
    try (InputStream in = Shop.class.getResourceAsStream("requests.txt");
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.UTF_8))) {
      lines.lines().filter(line -> !line.startsWith("#")).forEach(this::take);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void take(String line) {
    String[] parts = line.split(" \\| ", -1);
    Use use = Use.valueOf(parts[1].toUpperCase(Locale.ROOT));
    Map<String, List<String>> byDesk = Objects.requireNonNull(phrasings.get(use));
    byDesk.computeIfAbsent(parts[0], desk -> new ArrayList<>()).add(parts[2]);
    for (String opener : OPENERS) {
      for (String closer : CLOSERS) {
        for (String item : ITEMS) {
          for (String day : DAYS) {
            desks.put(fill(parts[2], opener, closer, item, day), parts[0]);
          }
        }
      }
    }
  }

  private static String fill(
      String phrasing, String opener, String closer, String item, String day) {
    return opener + phrasing.replace("{item}", item).replace("{day}", day) + closer;
  }

  /** The desks, in a fixed order. */
  public List<String> desks() {
    return List.copyOf(phrasings(Use.GIVEN).keySet());
  }

  /** Whether the desk could help with the request, which it knows after it has tried. */
  public boolean helped(String request, String desk) {
    return desk.equals(desks.get(request));
  }

  /** Requests whose right desk is known from the start: two phrasings per desk. */
  public List<Lesson<String, String>> given(int perDesk, long seed) {
    List<Lesson<String, String>> given = new ArrayList<>();
    draw(Use.GIVEN, perDesk, seed)
        .forEach(
            (desk, requests) ->
                requests.forEach(request -> given.add(Lesson.given(request, desk, 1))));
    return given;
  }

  /** Requests to practise on: level 1 is plainly worded, level 2 is not. */
  public TaskSource<String> practice() {
    return new TaskSource<>() {
      @Override
      public int levels() {
        return 2;
      }

      @Override
      public String draw(int level, RandomGenerator random) {
        List<List<String>> byDesk =
            List.copyOf(phrasings(level == 1 ? Use.EASY : Use.HARD).values());
        return Shop.draw(one(byDesk, random), random);
      }
    };
  }

  /** Held-out requests for the gate, by desk. */
  public Map<String, List<String>> probes(int perDesk, long seed) {
    return draw(Use.PROBE, perDesk, seed);
  }

  /** Held-out requests for the report, by desk, worded as no probe is. */
  public Map<String, List<String>> exam(int perDesk, long seed) {
    return draw(Use.EXAM, perDesk, seed);
  }

  private Map<String, List<String>> draw(Use use, int perDesk, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, List<String>> drawn = new LinkedHashMap<>();
    phrasings(use)
        .forEach(
            (desk, list) -> {
              Set<String> requests = new LinkedHashSet<>();
              while (requests.size() < perDesk) {
                requests.add(draw(list, random));
              }
              drawn.put(desk, List.copyOf(requests));
            });
    return drawn;
  }

  private Map<String, List<String>> phrasings(Use use) {
    return Objects.requireNonNull(phrasings.get(use));
  }

  private static String draw(List<String> list, RandomGenerator random) {
    return fill(
        one(list, random),
        one(OPENERS, random),
        one(CLOSERS, random),
        one(ITEMS, random),
        one(DAYS, random));
  }

  private static <E> E one(List<E> list, RandomGenerator random) {
    return list.get(random.nextInt(list.size()));
  }
}

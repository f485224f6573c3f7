package dev.rsi.examples.addition;

import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunReport;
import java.nio.file.Path;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes {@code report.json}. Everything that a second run of the same seed may give otherwise
 * stands under {@code times}.
 */
final class ReportFile {
  private static final int FORMAT_VERSION = 1;

  private ReportFile() {}

  static void write(
      Path file,
      Settings settings,
      RunReport report,
      Journal journal,
      double seconds,
      long peakMegabytes) {
    ObjectMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    ObjectNode root = mapper.createObjectNode();
    root.put("format_version", FORMAT_VERSION);
    root.set("settings", mapper.valueToTree(settings));
    root.put("end", report.end().name());
    root.put("reason", report.reason());
    root.put("anchor", report.anchor());
    root.put("live", report.live());
    root.put("attempts", report.spending().attempts());
    root.put("budget", report.spending().allowed());
    ObjectNode times = mapper.createObjectNode();
    times.put("seconds", seconds);
    Journal.Gate gate = journal.gate();
    times.put("gate_seconds", gate.seconds());
    times.put("gate_share", gate.share());
    times.put("gate_share_without_exam", gate.shareWithoutExam());
    times.put("peak_resident_megabytes", peakMegabytes);
    for (GenerationReport generation : report.generations()) {
      ObjectNode node = mapper.valueToTree(generation);
      double precision = journal.precision(generation.generation());
      if (!Double.isNaN(precision)) {
        node.put("precision", precision);
      }
      root.withArray("generations").add(node);
    }
    for (RunReport.Timing timing : report.timingByGeneration()) {
      times.withArray("generations").add(Journal.seconds(timing.took()));
    }
    root.set("times", times);
    mapper.writeValue(file, root);
  }
}

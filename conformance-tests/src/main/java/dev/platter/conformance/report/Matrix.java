package dev.platter.conformance.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes the matrix of results as text and as a page. */
final class Matrix {
    private static final String STYLE =
            "body{font:14px sans-serif}table{border-collapse:collapse}td,th{border:1px solid #999;"
                    + "padding:2px 6px}.kept{background:#cfc}.broken{background:#f99}"
                    + ".skipped{background:#eee;color:#777}";

    private Matrix() {}

    /** Writes {@code matrix.txt} and {@code matrix.html} into a folder. */
    static void write(Path folder, List<Report.Row> rows) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("matrix.txt"), text(rows));
        Files.writeString(folder.resolve("matrix.html"), html(rows));
    }

    static String text(List<Report.Row> rows) {
        StringBuilder text = new StringBuilder();
        text.append("Rules of docs/spi-contract.md: + kept, ! BROKEN, s skipped\n\n");
        text.append("%-24s %-14s".formatted("backend", "mode"));
        if (!rows.isEmpty()) {
            rows.getFirst().outcomes().keySet().forEach(rule -> text.append("%3d".formatted(rule)));
        }
        text.append("     trials  violations\n");
        for (Report.Row row : rows) {
            text.append("%-24s %-14s".formatted(row.backend(), row.mode()));
            row.outcomes().values().forEach(outcome -> text.append("  ").append(sign(outcome)));
            text.append("%11d %11d%n".formatted(row.trials(), row.violations()));
        }
        for (Report.Row row : rows) {
            for (String reason : row.reasons()) {
                text.append("\n%s %s skipped: %s".formatted(row.backend(), row.mode(), reason));
            }
        }
        return text.append('\n').toString();
    }

    private static String sign(String outcome) {
        return switch (outcome) {
            case "kept" -> "+";
            case "broken" -> "!";
            case "skipped" -> "s";
            default -> " ";
        };
    }

    static String html(List<Report.Row> rows) {
        StringBuilder page = new StringBuilder();
        page.append("<!doctype html><meta charset=utf-8><title>Conformance</title><style>")
                .append(STYLE)
                .append("</style><h1>Conformance of block backends</h1><p>Rules of")
                .append(" docs/spi-contract.md.</p><table><tr><th>backend<th>mode");
        if (!rows.isEmpty()) {
            rows.getFirst().outcomes().keySet().forEach(rule -> page.append("<th>").append(rule));
        }
        page.append("<th>trials<th>violations</tr>\n");
        rows.forEach(row -> row(page, row));
        page.append("</table>\n");
        for (Report.Row row : rows) {
            for (String reason : row.reasons()) {
                page.append("<p>")
                        .append(escaped(row.backend() + " " + row.mode() + " skipped: " + reason))
                        .append("</p>\n");
            }
        }
        return page.toString();
    }

    private static void row(StringBuilder page, Report.Row row) {
        page.append("<tr><td>")
                .append(escaped(row.backend()))
                .append("<td>")
                .append(escaped(row.mode()));
        row.outcomes()
                .values()
                .forEach(o -> page.append("<td class=\"").append(o).append("\">").append(o));
        page.append("<td>")
                .append(row.trials())
                .append("<td>")
                .append(row.violations())
                .append("</tr>\n");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}

package dev.platter.it.support;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code iscsi-test-cu} printed, test by test. A test that it counts as passed although a part
 * of it, or all of it, was left out counts as skipped here.
 */
public final class LibiscsiReport {
    private static final Pattern SUITE = Pattern.compile("Suite: (\\S+)");
    private static final Pattern TEST = Pattern.compile(" {2}Test: (\\S+) \\.\\.\\.(.*)");
    private static final Pattern END = Pattern.compile("(?:.*\\.\\.\\.)?(passed|FAILED)");
    private static final String SKIPPED = "[SKIPPED]";

    private final List<String> passed = new ArrayList<>();
    private final Map<String, String> failed = new LinkedHashMap<>();
    private final Map<String, String> skipped = new LinkedHashMap<>();

    private String suite = "";
    private String test = "";
    private final List<String> lines = new ArrayList<>();

    private LibiscsiReport() {}

    /** Reads the output of one run or several. */
    public static LibiscsiReport parse(String output) {
        LibiscsiReport report = new LibiscsiReport();
        output.lines().forEach(report::line);
        return report;
    }

    private void line(String line) {
        Matcher suiteLine = SUITE.matcher(line);
        if (suiteLine.matches()) {
            suite = suiteLine.group(1);
            return;
        }
        Matcher testLine = TEST.matcher(line);
        boolean begins = testLine.matches();
        if (begins) {
            test = suite + "." + testLine.group(1);
            lines.clear();
        }
        lines.add(begins ? testLine.group(2) : line);
        Matcher end = END.matcher(line);
        if (!test.isEmpty() && end.matches()) {
            ended(end.group(1).equals("passed"));
            test = "";
        }
    }

    private void ended(boolean well) {
        if (!well) {
            failed.put(test, first("[FAILED]"));
        } else if (first(SKIPPED).isEmpty()) {
            passed.add(test);
        } else {
            skipped.put(test, first(SKIPPED));
        }
    }

    private String first(String mark) {
        return lines.stream()
                .filter(line -> line.contains(mark))
                .map(line -> line.replace(mark, "").strip())
                .findFirst()
                .orElse("");
    }

    /** The tests that passed as a whole, as {@code Suite.Test}. */
    public List<String> passed() {
        return passed;
    }

    /** The tests that failed, with the tool's first complaint. */
    public Map<String, String> failed() {
        return failed;
    }

    /** The tests of which at least a part was skipped, with the tool's reason. */
    public Map<String, String> skipped() {
        return skipped;
    }

    @Override
    public String toString() {
        return passed.size()
                + " passed, "
                + failed.size()
                + " failed, "
                + skipped.size()
                + " skipped";
    }
}

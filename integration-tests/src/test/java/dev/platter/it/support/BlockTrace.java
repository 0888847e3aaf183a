package dev.platter.it.support;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one Linux block device was asked to do, read from the kernel's trace buffer ({@code
 * /sys/kernel/tracing/trace}) with the events {@code block_bio_queue} and {@code block_rq_issue}
 * on, and cut by marks written to {@code trace_marker}.
 *
 * <pre>
 *  java-88   [000] ..... 12.345678: block_bio_queue: 252,1 WFS 2048 + 8 [java]
 *  java-88   [000] ..... 12.345678: tracing_mark_write: begin xfs
 * </pre>
 */
public final class BlockTrace {
    private static final Pattern EVENT =
            Pattern.compile(
                    ": (block_bio_queue|block_rq_issue): (\\d+),(\\d+) (\\S+) (?:\\d+ \\(.*?\\) )?(\\d+) \\+ (\\d+) .*\\[(.*)\\]$");
    private static final Pattern MARK = Pattern.compile(": tracing_mark_write: (.*)$");

    /** Threads of the kernel that write back a file system's own blocks, whoever caused that. */
    private static final Pattern BACKGROUND = Pattern.compile("(kworker|jbd2|xfsaild|ksoftirqd).*");

    private final List<String> lines;

    /** Takes over the text of the trace. */
    public BlockTrace(String text) {
        lines = text.lines().toList();
    }

    /**
     * The events of a device between the marks {@code begin NAME} and {@code end NAME}.
     *
     * @param device as in sysfs, such as {@code 252:1}
     */
    public Section section(String name, String device) {
        List<Event> events = new ArrayList<>();
        boolean inside = false;
        for (String line : lines) {
            Matcher mark = MARK.matcher(line);
            if (mark.find()) {
                inside =
                        inside
                                ? !mark.group(1).equals("end " + name)
                                : mark.group(1).equals("begin " + name);
            } else if (inside) {
                add(line, device, events);
            }
        }
        return new Section(List.copyOf(events));
    }

    private static void add(String line, String device, List<Event> events) {
        Matcher event = EVENT.matcher(line);
        if (event.find() && (event.group(2) + ":" + event.group(3)).equals(device)) {
            events.add(
                    new Event(
                            event.group(1).equals("block_bio_queue"),
                            kind(event.group(4)),
                            Integer.parseInt(event.group(6)),
                            event.group(7)));
        }
    }

    /**
     * The kernel's letters are a flush before (F), the operation (W, R, D, F), FUA after (F), and
     * what does not matter here: synchronous, metadata, read-ahead, idle.
     */
    private static String kind(String rwbs) {
        String letters = rwbs.replaceAll("[SMAI]", "");
        return switch (letters) {
            case "WF" -> "FUA";
            case "W" -> "WRITE";
            case "FW", "FF", "F" -> "FLUSH";
            default -> letters;
        };
    }

    /**
     * One event.
     *
     * @param queued whether a bio was queued; else a request went to the device
     * @param kind FUA, WRITE, FLUSH, or the kernel's letters
     * @param sectors its length in 512 bytes, 0 for a flush
     * @param thread whose it is
     */
    record Event(boolean queued, String kind, int sectors, String thread) {}

    /** The events between two marks. */
    public static final class Section {
        private final List<Event> events;

        private Section(List<Event> events) {
            this.events = events;
        }

        /**
         * What the callers, not the kernel's background threads, asked of the block layer, in
         * order: words like {@code FUA+8}, kind and sectors, {@code FLUSH} without.
         */
        public List<String> asked() {
            return events.stream()
                    .filter(Event::queued)
                    .filter(event -> !BACKGROUND.matcher(event.thread()).matches())
                    .map(BlockTrace::word)
                    .toList();
        }

        /** What went to the device, in order, in the same words. */
        public List<String> issued() {
            return events.stream().filter(event -> !event.queued()).map(BlockTrace::word).toList();
        }

        /** Whether no thread of the kernel had something of its own to write meanwhile. */
        public boolean undisturbed() {
            return events.stream()
                    .noneMatch(
                            event ->
                                    event.queued() && BACKGROUND.matcher(event.thread()).matches());
        }

        @Override
        public String toString() {
            return events.toString();
        }
    }

    private static String word(Event event) {
        return event.sectors() == 0 ? event.kind() : event.kind() + "+" + event.sectors();
    }
}

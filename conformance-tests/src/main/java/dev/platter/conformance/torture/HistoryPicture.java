package dev.platter.conformance.torture;

import dev.platter.conformance.model.Operation;
import dev.platter.conformance.model.Stamps;
import dev.platter.conformance.model.Violation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A power cycle as an SVG picture: each request a bar from its submission to its completion, the
 * cut a line, and below it what each block holds. Requests that matter to the first violation are
 * framed, blocks that break a promise are red, that violation's the most.
 */
final class HistoryPicture {
    private static final int LEFT = 20;
    private static final int TOP = 34;
    private static final int LANE = 24;
    private static final int MIN_TICK = 12;
    private static final int WIDTH = 1160;
    private static final int BLOCK_WIDTH = 35;
    private static final int BLOCK_HEIGHT = 26;

    private final TrialResult result;
    private final List<Operation> operations;
    private final Set<Integer> framed = new HashSet<>();
    private final Set<Integer> broken = new HashSet<>();
    private int shownBlock = -1;
    private final StringBuilder svg = new StringBuilder();
    private final long lastTick;
    private final double tick;

    HistoryPicture(TrialResult result) {
        this.result = result;
        operations = result.history().operations();
        for (Violation violation : result.violations()) {
            broken.add(violation.block());
        }
        if (!result.violations().isEmpty()) {
            Violation shown = result.violations().getFirst();
            shownBlock = shown.block();
            shown.around().forEach(operation -> framed.add(operation.id()));
        }
        long last = 1;
        for (Operation operation : operations) {
            boolean ended = operation.completed() != Operation.NEVER;
            last = Math.max(last, ended ? operation.completed() : operation.submitted());
        }
        lastTick = last + 1;
        tick = Math.max(MIN_TICK, (WIDTH - 2.0 * LEFT) / (lastTick + 1));
    }

    String svg() {
        List<List<Operation>> lanes = lanes();
        int blocksTop = TOP + lanes.size() * LANE + 52;
        int rows = (result.contents().size() + perRow() - 1) / perRow();
        int height = blocksTop + rows * (BLOCK_HEIGHT + 18) + 10;
        add(
                "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-size='11'"
                        + " font-family='system-ui,sans-serif'>",
                width(), height);
        for (int lane = 0; lane < lanes.size(); lane++) {
            for (Operation operation : lanes.get(lane)) {
                bar(operation, TOP + lane * LANE);
            }
        }
        cut(TOP + lanes.size() * LANE);
        blocks(blocksTop);
        return svg.append("</svg>").toString();
    }

    private int width() {
        return (int) Math.max(WIDTH, 2 * LEFT + tick * (lastTick + 1));
    }

    private static int perRow() {
        return (WIDTH - 2 * LEFT) / BLOCK_WIDTH;
    }

    /** Requests that overlap in time go below one another. */
    private List<List<Operation>> lanes() {
        List<List<Operation>> lanes = new ArrayList<>();
        for (Operation operation : operations) {
            List<Operation> free = null;
            for (List<Operation> lane : lanes) {
                if (free == null && lane.getLast().completed() < operation.submitted() - 1) {
                    free = lane;
                }
            }
            if (free == null) {
                free = new ArrayList<>();
                lanes.add(free);
            }
            free.add(operation);
        }
        return lanes;
    }

    private double x(long atTick) {
        return LEFT + tick * Math.min(atTick, lastTick);
    }

    private void bar(Operation operation, int y) {
        double from = x(operation.submitted());
        double to = x(operation.completed());
        boolean frame = framed.contains(operation.id());
        add(
                "<g><title>%s</title><rect x='%.1f' y='%d' width='%.1f' height='%d' rx='3'"
                        + " fill='%s' fill-opacity='%s' stroke='%s' stroke-width='%s'%s/>",
                escaped(operation.toString()),
                from,
                y,
                Math.max(6, to - from),
                LANE - 5,
                colour(operation),
                frame ? "1" : "0.45",
                operation.failed() ? "#b00020" : frame ? "#111" : "none",
                frame ? "2" : "1",
                operation.ok() ? "" : " stroke-dasharray='4 2'");
        add("<text x='%.1f' y='%d' fill='#111'>%s</text></g>", from + 3, y + 14, label(operation));
    }

    private static String colour(Operation operation) {
        return switch (operation.kind()) {
            case WRITE -> operation.durable() ? "#6f9ce8" : "#c3d7f6";
            case ZERO, UNMAP -> operation.durable() ? "#b08ad9" : "#dccdf0";
            case FLUSH -> "#55b873";
            default -> "#dcdcdc";
        };
    }

    private static String label(Operation operation) {
        String what =
                switch (operation.kind()) {
                    case WRITE -> "W";
                    case ZERO -> "Z";
                    case UNMAP -> "U";
                    case FLUSH -> "flush";
                    case READ -> "R";
                    default -> operation.kind().name().toLowerCase(Locale.ROOT);
                };
        return "#" + operation.id() + " " + what + (operation.durable() ? " FUA" : "");
    }

    private void cut(int bottom) {
        double at = x(lastTick);
        add(
                "<line x1='%.1f' y1='%d' x2='%.1f' y2='%d' stroke='#b00020' stroke-width='2'/>",
                at, TOP - 8, at, bottom + 6);
        add(
                "<text x='%.1f' y='%d' fill='#b00020' text-anchor='end'>power cut</text>",
                at, TOP - 14);
        add("<text x='%d' y='%d' fill='#555'>time, submission to completion</text>", LEFT, 16);
    }

    private void blocks(int top) {
        add(
                "<text x='%d' y='%d' fill='#111'>What the blocks hold after the cut (#n: as"
                        + " request n left it)</text>",
                LEFT, top - 12);
        for (int block = 0; block < result.contents().size(); block++) {
            int x = LEFT + block % perRow() * BLOCK_WIDTH;
            int y = top + block / perRow() * (BLOCK_HEIGHT + 18);
            int stamp = result.contents().get(block);
            boolean bad = broken.contains(block);
            add(
                    "<g><title>block %d: %s</title><rect x='%d' y='%d' width='%d' height='%d'"
                            + " fill='%s' stroke='#999'/>",
                    block,
                    escaped(Stamps.describe(stamp)),
                    x,
                    y,
                    BLOCK_WIDTH - 3,
                    BLOCK_HEIGHT,
                    block == shownBlock
                            ? "#e35d5d"
                            : bad ? "#f6c9c9" : stamp == Stamps.ZERO ? "#fff" : "#d9ead3");
            add(
                    "<text x='%d' y='%d' text-anchor='middle'>%s</text>",
                    x + BLOCK_WIDTH / 2 - 1, y + 17, contents(stamp));
            add(
                    "<text x='%d' y='%d' text-anchor='middle' fill='#777'>%d</text></g>",
                    x + BLOCK_WIDTH / 2 - 1, y + BLOCK_HEIGHT + 12, block);
        }
    }

    private static String contents(int stamp) {
        return switch (stamp) {
            case Stamps.ZERO -> "0";
            case Stamps.TORN -> "torn";
            case Stamps.FOREIGN -> "?";
            case Stamps.MISPLACED -> "misp";
            default -> "#" + stamp;
        };
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private void add(String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;");
    }
}

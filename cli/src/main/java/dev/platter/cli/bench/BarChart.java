package dev.platter.cli.bench;

import java.util.List;
import java.util.function.Function;

/** One figure of all contenders as bars of the medians, each with a line from least to greatest. */
final class BarChart {
    private static final int WIDTH = 560;
    private static final int NUMBER_WIDTH = 70;
    private static final int ROW_HEIGHT = 34;
    private static final int LABEL_HEIGHT = 17;
    private static final int BAR_HEIGHT = 11;
    private static final int TOP = 22;

    private final String title;
    private final Function<Measurement, Spread> figure;
    private final int digits;

    BarChart(String title, Function<Measurement, Spread> figure, int digits) {
        this.title = title;
        this.figure = figure;
        this.digits = digits;
    }

    /** The drawing; empty where nobody has the figure. */
    String draw(List<Measurement> measurements, Colours colours) {
        double max =
                measurements.stream()
                        .map(figure)
                        .filter(Spread::known)
                        .mapToDouble(Spread::max)
                        .max()
                        .orElse(0);
        if (max <= 0) {
            return "";
        }
        Svg svg = new Svg(WIDTH, TOP + ROW_HEIGHT * measurements.size() + 4, title);
        svg.words("title", 0, 14, title);
        double scale = (WIDTH - NUMBER_WIDTH) / max;
        int row = 0;
        for (Measurement measurement : measurements) {
            drawRow(svg, measurement, colours.of(measurement), TOP + ROW_HEIGHT * row++, scale);
        }
        return svg.end();
    }

    /** The name on a line of its own, so that a long one takes nothing from the bar. */
    private void drawRow(
            Svg svg, Measurement measurement, String classes, double top, double scale) {
        Spread spread = figure.apply(measurement);
        double barTop = top + LABEL_HEIGHT;
        double middle = barTop + BAR_HEIGHT / 2.0;
        svg.words("name", 0, top + 13, measurement.label());
        if (!spread.known()) {
            svg.words("number", 0, middle + 4, "-");
            return;
        }
        String number = TextReport.number(spread.median(), digits);
        String words = measurement.label() + ": " + number + " " + TextReport.range(spread, digits);
        svg.bar("bar " + classes, 0, barTop, spread.median() * scale, BAR_HEIGHT, words);
        double from = spread.min() * scale;
        double to = spread.max() * scale;
        if (from < to) {
            svg.line("whisker", from, middle, to, middle);
            svg.line("whisker", from, barTop + 2, from, barTop + BAR_HEIGHT - 2);
            svg.line("whisker", to, barTop + 2, to, barTop + BAR_HEIGHT - 2);
        }
        svg.words("number", to + 6, middle + 4, number);
    }
}

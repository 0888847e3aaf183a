package dev.platter.cli.bench;

import java.util.Locale;

/** Writes the elements of one drawing; colours come from the page's style sheet. */
final class Svg {
    private final StringBuilder text = new StringBuilder();

    /** A drawing that scales with the page, with a name for those who do not see it. */
    Svg(int width, int height, String name) {
        text.append(
                String.format(
                        Locale.ROOT,
                        "<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" aria-label=\"%s\" xmlns=\"http://www.w3.org/2000/svg\">%n",
                        width,
                        height,
                        width,
                        escape(name)));
    }

    Svg line(String classes, double x1, double y1, double x2, double y2) {
        text.append(
                String.format(
                        Locale.ROOT,
                        "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                        classes,
                        x1,
                        y1,
                        x2,
                        y2));
        return this;
    }

    /** A rectangle, with words that appear under the pointer. */
    Svg bar(String classes, double x, double y, double width, double height, String words) {
        text.append(
                String.format(
                        Locale.ROOT,
                        "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%s</title></rect>%n",
                        classes,
                        x,
                        y,
                        width,
                        height,
                        escape(words)));
        return this;
    }

    Svg words(String classes, double x, double y, String words) {
        text.append(
                String.format(
                        Locale.ROOT,
                        "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>%n",
                        classes,
                        x,
                        y,
                        escape(words)));
        return this;
    }

    /** A curve through points, as {@code x,y} pairs with blanks between. */
    Svg curve(String classes, CharSequence points, String words) {
        text.append("<polyline class=\"")
                .append(classes)
                .append("\" points=\"")
                .append(points)
                .append("\"><title>")
                .append(escape(words))
                .append("</title></polyline>\n");
        return this;
    }

    /** The whole drawing. */
    String end() {
        return text + "</svg>\n";
    }

    /** Text as it may stand in an element or attribute. */
    static String escape(String raw) {
        return raw.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}

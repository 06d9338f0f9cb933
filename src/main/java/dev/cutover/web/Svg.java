package dev.cutover.web;

import java.util.Locale;

/// Builds a drawing that fills its box. It holds shapes only; words stand beside it as text, so
/// that
/// they stay readable at any width. No style attributes: the page's policy forbids them.
final class Svg {
    /// The drawing's own units, across and down.
    static final double WIDTH = 600;

    static final double HEIGHT = 150;

    private final StringBuilder text = new StringBuilder();

    /// @param label what the drawing shows, for who cannot see it
    Svg(String label) {
        text.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ")
                .append(number(WIDTH))
                .append(' ')
                .append(number(HEIGHT))
                .append("\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"")
                .append(escape(label))
                .append("\">");
    }

    Svg rectangle(String kind, double x, double y, double width, double height) {
        text.append("<rect class=\"").append(kind).append("\" x=\"").append(number(x));
        text.append("\" y=\"").append(number(y)).append("\" width=\"").append(number(width));
        text.append("\" height=\"").append(number(height)).append("\"/>");
        return this;
    }

    Svg line(String kind, double fromX, double fromY, double toX, double toY) {
        return path(
                kind,
                "M" + number(fromX) + " " + number(fromY) + "L" + number(toX) + " " + number(toY));
    }

    Svg path(String kind, String d) {
        text.append("<path class=\"").append(kind).append("\" d=\"").append(d);
        text.append("\" vector-effect=\"non-scaling-stroke\"/>");
        return this;
    }

    String done() {
        return text + "</svg>";
    }

    /// A coordinate, short.
    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}

package dev.cutover.web;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;

/// The templates, with what each takes.
@CheckedTemplate
final class Pages {
    private Pages() {}

    static native TemplateInstance board(BoardPage page);

    static native TemplateInstance cutover(CutoverPage page);

    /// @param wrong why the last try failed; empty before one
    static native TemplateInstance signIn(Frame frame, String wrong, String next);

    /// Something was not done.
    ///
    /// @param title what kind of trouble
    /// @param detail expected, seen, what to do
    /// @param back where to go on
    static native TemplateInstance trouble(Frame frame, String title, String detail, String back);
}

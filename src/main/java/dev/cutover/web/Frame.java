package dev.cutover.web;

/// What stands around every page.
///
/// @param who signed in; empty for nobody
/// @param csrf the token of its forms; empty for nobody
public record Frame(String who, String csrf) {
    static final Frame NOBODY = new Frame("", "");

    static Frame of(Sessions.Session session) {
        return new Frame(session.caller().name(), session.csrf());
    }
}

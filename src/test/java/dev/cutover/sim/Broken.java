package dev.cutover.sim;

/// An invariant that did not hold.
final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String invariant;

    Broken(String invariant, String what) {
        super(invariant + ": " + what);
        this.invariant = invariant;
    }

    String invariant() {
        return invariant;
    }
}

package dev.cutover.wiring;

import io.quarkus.runtime.annotations.QuarkusMain;

/// The entry of the process; hands every argument on to the command line.
@QuarkusMain
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {}
}

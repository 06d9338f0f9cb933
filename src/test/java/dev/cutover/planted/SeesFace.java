package dev.cutover.planted;

import dev.cutover.cli.CutoverCommand;

final class SeesFace {
    static String name() {
        return CutoverCommand.class.getName();
    }
}

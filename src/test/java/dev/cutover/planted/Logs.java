package dev.cutover.planted;

import java.util.logging.Logger;

final class Logs {
    static void note(String text) {
        Logger.getLogger("core").info(text);
    }
}

package dev.cutover.run;

import dev.cutover.core.life.Ending;

/** What a look at the world says about an open action. */
sealed interface Progress {
    /** It has not begun, as far as can be seen: start it. */
    record NotFound() implements Progress {}

    /** The peer works on it: look again. */
    record Running(String progress) implements Progress {}

    /** It is over. */
    record Over(Ending ending) implements Progress {}

    /** The peer cannot be asked: look again. */
    record Unknown(String why) implements Progress {}
}

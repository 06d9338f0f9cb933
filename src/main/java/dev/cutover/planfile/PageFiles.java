package dev.cutover.planfile;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** Where the landing-page file a plan names is read from. */
@FunctionalInterface
public interface PageFiles {
    /** Larger files are not read; 100,000 ordinary lines fit, so that their number can be named. */
    int MOST_BYTES = 16 * 1024 * 1024;

    /** What became of a file. */
    sealed interface Loaded {}

    /** It was read. */
    record Text(String text) implements Loaded {}

    /**
     * It was not read.
     *
     * @param why what was expected and seen, for the person who wrote the plan
     */
    record Refused(String why) implements Loaded {}

    /** The file of that name; never throws. */
    Loaded load(String name);

    /** Reads below one directory: no absolute names, no way out by {@code ..} or by a link. */
    public static PageFiles under(Path directory) {
        return name -> {
            try {
                Path base = directory.toRealPath();
                Path asked = Path.of(name);
                if (asked.isAbsolute() || !base.resolve(asked).normalize().startsWith(base)) {
                    return new Refused(
                            "expected a file beside the plan, seen a path that leads away");
                }
                Path file = base.resolve(asked).toRealPath();
                if (!file.startsWith(base)) {
                    return new Refused("is a link that leads away from the plan's directory");
                }
                if (!Files.isRegularFile(file)) {
                    return new Refused("expected a file, seen something else");
                }
                return read(file);
            } catch (NoSuchFileException missing) {
                return new Refused("there is no such file beside the plan");
            } catch (CharacterCodingException notText) {
                return new Refused("expected UTF-8 text, seen other bytes");
            } catch (IOException | InvalidPathException e) {
                return new Refused("cannot be read (" + e.getClass().getSimpleName() + ")");
            }
        };
    }

    private static Loaded read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                return tooLarge();
            }
            return new Text(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        }
    }

    /** Files whose contents came along with the plan. */
    public static PageFiles inline(Map<String, String> contents) {
        Map<String, String> files = Map.copyOf(contents);
        return name -> {
            String text = files.get(name);
            if (text == null) {
                return new Refused("its content was not sent along with the plan");
            }
            return text.length() > MOST_BYTES ? tooLarge() : new Text(text);
        };
    }

    private static Loaded tooLarge() {
        return new Refused("is larger than " + MOST_BYTES / 1024 / 1024 + " MB");
    }
}

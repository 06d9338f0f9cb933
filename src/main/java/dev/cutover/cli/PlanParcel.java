package dev.cutover.cli;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A plan file and the files it refers to, as they are sent to the controller.
///
/// The files lie beside the plan: a name that leads out of its folder, by `..` or by a link, is
/// refused, because a plan somebody sent you must not pick files of yours to send away. What the
/// plan means is the controller's to say; here it is only looked through for names.
///
/// @param text the plan
/// @param files texts by the name the plan uses
record PlanParcel(String text, Map<String, String> files) {
    /// What a request to the controller may hold, with room for JSON's escapes.
    static final int MOST_BYTES = 3 * 1024 * 1024;

    private static final YAMLFactory YAML = new YAMLFactory();

    private static final List<String> NAMING_KEYS = List.of("landing-pages");

    PlanParcel {
        files = Map.copyOf(files);
    }

    /// @throws GivenUpException with exit code 2 when a file cannot be used; each line names it
    static PlanParcel read(Path plan) {
        String text = text(plan, plan.toString(), MOST_BYTES);
        if (text.isBlank()) {
            throw bad(plan.toString(), "is empty; expected a plan");
        }
        Map<String, String> files = new TreeMap<>();
        int left = MOST_BYTES - text.length();
        Path folder = plan.toAbsolutePath().getParent();
        for (Named file : names(text)) {
            if (folder != null) {
                String at = plan + ":" + file.line() + ":" + file.column() + ": " + file.key();
                String content =
                        text(beside(folder, at, file.name()), at + ": " + file.name(), left);
                left -= content.length();
                files.put(file.name(), content);
            }
        }
        return new PlanParcel(text, files);
    }

    /// The request body that carries them.
    ObjectNode body() {
        ObjectNode body = AskingCommand.object().put("plan", text);
        ObjectNode inside = body.putObject("files");
        new TreeMap<>(files).forEach(inside::put);
        return body;
    }

    /// A file that the plan names.
    ///
    /// @param key such as `checks.landing-pages`
    private record Named(String name, String key, int line, int column) {}

    /// Files named in `checks`; none when the text is no YAML: the controller says where.
    private static List<Named> names(String text) {
        Map<String, Named> named = new LinkedHashMap<>();
        try (JsonParser parser = YAML.createParser(text)) {
            boolean inChecks = false;
            int depth = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isStructStart()) {
                    inChecks |= depth == 1 && "checks".equals(parser.currentName());
                    depth++;
                } else if (token.isStructEnd()) {
                    depth--;
                    inChecks &= depth >= 2;
                } else if (inChecks
                        && depth == 2
                        && token == JsonToken.VALUE_STRING
                        && NAMING_KEYS.contains(parser.currentName())
                        && !parser.getText().isBlank()) {
                    JsonLocation at = parser.currentTokenLocation();
                    named.putIfAbsent(
                            parser.getText(),
                            new Named(
                                    parser.getText(),
                                    "checks." + parser.currentName(),
                                    at.getLineNr(),
                                    at.getColumnNr()));
                }
            }
            return List.copyOf(named.values());
        } catch (IOException noYaml) {
            return List.of();
        }
    }

    private static Path beside(Path folder, String at, String name) {
        try {
            Path base = folder.toRealPath();
            Path file = base.resolve(Path.of(name)).normalize();
            if (Path.of(name).isAbsolute()
                    || !file.startsWith(base)
                    || !file.toRealPath().startsWith(base)) {
                throw bad(at, "refers to '" + name + "'; expected a file in the plan's own folder");
            }
            return file;
        } catch (NoSuchFileException e) {
            throw bad(at, "refers to '" + name + "', which does not exist beside the plan");
        } catch (IOException | InvalidPathException e) {
            throw bad(at, "refers to '" + name + "', which cannot be read (" + e + ")");
        }
    }

    private static String text(Path file, String name, int most) {
        if (!Files.isRegularFile(file)) {
            throw bad(
                    name,
                    Files.exists(file)
                            ? "expected a file, seen something else"
                            : "there is no such file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw bad(
                        name,
                        "expected at most "
                                + MOST_BYTES
                                + " bytes for the plan and its lists together, seen a file of "
                                + Files.size(file)
                                + " bytes");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw bad(name, "expected UTF-8 text, seen other bytes");
        } catch (IOException e) {
            throw bad(name, "cannot be read (" + e + ")");
        }
    }

    private static GivenUpException bad(String name, String message) {
        return GivenUpException.wrongUse(List.of(name + ": " + message));
    }
}

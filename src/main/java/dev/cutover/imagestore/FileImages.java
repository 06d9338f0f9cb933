package dev.cutover.imagestore;

import dev.cutover.core.image.BeforeImage;
import dev.cutover.json.BeforeImageJson;
import dev.cutover.json.UnreadableJsonException;
import dev.cutover.port.Call;
import dev.cutover.port.ImageStore;
import dev.cutover.port.PortException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Before-images as files in a folder: written aside, forced to disk, then renamed; readable by the owner only. */
public final class FileImages implements ImageStore {
    private final Path folder;

    public FileImages(Path folder) {
        this.folder = folder.toAbsolutePath();
    }

    @Override
    public String keep(BeforeImage image, Call call) {
        Path file = folder.resolve(image.cutover() + ".before-image.json");
        try {
            Files.createDirectories(folder);
            Path aside =
                    Files.createTempFile(
                            folder,
                            ".keeping-",
                            ".json",
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")));
            try {
                write(aside, BeforeImageJson.write(image));
                Files.move(
                        aside,
                        file,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(aside);
            }
            // The new name itself must survive a power cut as well.
            try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
                directory.force(true);
            }
            return file.toString();
        } catch (IOException e) {
            throw new PortException(
                    PortException.Category.TRANSIENT,
                    "the before-image could not be kept at " + file + ": " + e,
                    e);
        }
    }

    private static void write(Path aside, String document) throws IOException {
        try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(document);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    @Override
    public BeforeImage read(String place, Call call) {
        try (InputStream in = Files.newInputStream(Path.of(place))) {
            return BeforeImageJson.read(in);
        } catch (UnreadableJsonException | InvalidPathException e) {
            throw new PortException(
                    PortException.Category.PERMANENT,
                    place
                            + " is no before-image: "
                            + e.getMessage()
                            + "; take it from its other place",
                    e);
        } catch (NoSuchFileException e) {
            throw new PortException(
                    PortException.Category.PERMANENT,
                    "there is no before-image at " + place + "; take it from its other place",
                    e);
        } catch (IOException e) {
            throw new PortException(
                    PortException.Category.TRANSIENT,
                    "the before-image at " + place + " could not be read: " + e,
                    e);
        }
    }
}

package dev.cutover.port;

import dev.cutover.core.image.BeforeImage;

/** A place that keeps before-images, on this node or off it. */
public interface ImageStore {
    /**
     * Keeps an image and returns where it can be read: a path or URL without secrets. Keeping the same
     * cutover's image again replaces it.
     */
    String keep(BeforeImage image, Call call);

    /** Reads an image back from a place {@link #keep} returned. */
    BeforeImage read(String place, Call call);
}

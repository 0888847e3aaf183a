package dev.platter.api.block;

import java.util.Map;
import java.util.OptionalLong;

/**
 * How to open a disk image.
 *
 * @param location what names the image to its backend: for files and block devices a path
 * @param cacheMode the disk's cache mode. A file backend takes from it whether to bypass the page
 *     cache; the write-through and no-flush parts are the device's to apply, request by request
 * @param readOnly open for reading only
 * @param discard whether discards reach the host; if not they succeed and do nothing
 * @param createSizeBytes create the image with this size if it does not exist; an existing image is
 *     never resized
 * @param properties options of one kind of backend, by name, such as {@code dsync}; a backend
 *     refuses a name it does not know
 */
public record BackendOptions(
        String location,
        CacheMode cacheMode,
        boolean readOnly,
        boolean discard,
        OptionalLong createSizeBytes,
        Map<String, String> properties) {
    /** Copies the properties. */
    public BackendOptions {
        properties = Map.copyOf(properties);
    }

    /** Options for an existing image, with discard passed on and no properties. */
    public static BackendOptions of(String location, CacheMode cacheMode) {
        return new BackendOptions(location, cacheMode, false, true, OptionalLong.empty(), Map.of());
    }
}

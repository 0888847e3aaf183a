package dev.platter.conformance.trial;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.CacheMode;
import dev.platter.conformance.BackendUnderTest;
import dev.platter.conformance.Media;
import dev.platter.conformance.Medium;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the tests of one class share: the supply of media, which may be a mounted file system, and
 * the block size of each mode. Released when the virtual machine ends. Any thread may call.
 */
public final class KitSession {
    private static final int PROBE_BYTES = 1 << 20;
    private static final int MIN_BLOCK_BYTES = 512;
    private static final Map<String, KitSession> ALL = new ConcurrentHashMap<>();

    private final Media media;
    private final Map<CacheMode, Integer> blockBytes = new ConcurrentHashMap<>();

    private KitSession(Media media) {
        this.media = media;
    }

    /** The session of a test class and name. */
    public static KitSession of(BackendUnderTest under) {
        String key = under.getClass().getName() + " " + under.name();
        return ALL.computeIfAbsent(key, any -> start(under));
    }

    private static KitSession start(BackendUnderTest under) {
        try {
            Media media = under.media();
            Runtime.getRuntime().addShutdownHook(new Thread(media::close));
            return new KitSession(media);
        } catch (Exception failure) {
            throw new AssertionError("no medium for " + under.name(), failure);
        }
    }

    /** The supply of media. */
    public Media media() {
        return media;
    }

    /** The logical block in a mode: what is atomic, 512 bytes or more. */
    int blockBytes(BackendUnderTest under, CacheMode mode) {
        return blockBytes.computeIfAbsent(mode, any -> probe(under, mode));
    }

    private int probe(BackendUnderTest under, CacheMode mode) {
        try (Medium medium = media.create(PROBE_BYTES, 0);
                BlockBackend backend = under.open(medium.location(), mode)) {
            return Math.max(MIN_BLOCK_BYTES, backend.limits().requestAlignmentBytes());
        } catch (BackendException failure) {
            throw new AssertionError(under.name() + " cannot be opened in mode " + mode, failure);
        } catch (Exception failure) {
            throw new AssertionError("no medium for " + under.name(), failure);
        }
    }
}

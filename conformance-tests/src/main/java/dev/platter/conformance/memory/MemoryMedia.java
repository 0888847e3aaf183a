package dev.platter.conformance.memory;

import dev.platter.api.block.BackendException;
import dev.platter.conformance.Media;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Media in memory, found again by their location for as long as they live. */
public final class MemoryMedia implements Media {
    private static final Map<String, MemoryMedium> ALL = new ConcurrentHashMap<>();
    private static final AtomicLong NEXT = new AtomicLong();

    /** A supply. */
    public MemoryMedia() {}

    /**
     * The medium of a location.
     *
     * @throws BackendException if there is none
     */
    public static MemoryMedium find(String location) throws BackendException {
        MemoryMedium medium = ALL.get(location);
        if (medium == null) {
            throw new BackendException("there is no medium " + location);
        }
        return medium;
    }

    /**
     * How a backend on a medium decides what is left to chance: by the seed that the location
     * carries.
     */
    static long seed(String location) {
        return Long.parseLong(location.substring(location.lastIndexOf('-') + 1), 16);
    }

    @Override
    public Optional<String> noPowerCut() {
        return Optional.empty();
    }

    @Override
    public Optional<String> noFaults() {
        return Optional.empty();
    }

    @Override
    public MemoryMedium create(long sizeBytes, long seed) {
        String location = "memory:%d-%x".formatted(NEXT.incrementAndGet(), seed & Long.MAX_VALUE);
        MemoryMedium medium = new MemoryMedium(location, sizeBytes, () -> ALL.remove(location));
        ALL.put(location, medium);
        return medium;
    }

    @Override
    public void close() {}
}

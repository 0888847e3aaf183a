package dev.platter.driver;

import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.linux.Descriptors;
import dev.platter.linux.LinuxException;
import dev.platter.linux.MappedFile;
import dev.platter.linux.Memory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The RAM of a guest: one or more regions of guest-physical memory, and an allocator over them. Any
 * thread may allocate. A region that is added while a device runs is added through {@link
 * FrontEnd#addMemory}, which tells the device.
 */
public final class GuestMemory implements AutoCloseable {
    private static final long PAGE_BYTES = 4096;

    private final boolean shared;
    private final List<Space> spaces = new ArrayList<>();

    private GuestMemory(boolean shared) {
        this.shared = shared;
    }

    /** Memory that another process can map: one region at address 0, backed by a memfd. */
    public static GuestMemory shared(long sizeBytes) throws IOException {
        GuestMemory memory = new GuestMemory(true);
        memory.addRegion(0, sizeBytes);
        return memory;
    }

    /** Memory of this process alone: one region at address 0. */
    public static GuestMemory plain(long sizeBytes) throws IOException {
        GuestMemory memory = new GuestMemory(false);
        memory.addRegion(0, sizeBytes);
        return memory;
    }

    /** A region, what the allocator knows of it, and how to let go of it. */
    private record Space(MemoryRegion region, FreeSpace free, Runnable release) {}

    /**
     * Adds a region of zeroes.
     *
     * @param guestAddress its first address; nothing else lies there
     * @param sizeBytes a multiple of 4096
     */
    public synchronized MemoryRegion addRegion(long guestAddress, long sizeBytes)
            throws IOException {
        Space space =
                shared ? sharedSpace(guestAddress, sizeBytes) : plain(guestAddress, sizeBytes);
        spaces.add(space);
        return space.region();
    }

    @SuppressWarnings("MustBeClosedChecker") // closed by the space's release
    private static Space plain(long guestAddress, long sizeBytes) {
        Arena arena = Arena.ofShared();
        MemorySegment segment = arena.allocate(sizeBytes, PAGE_BYTES);
        MemoryRegion region = new MemoryRegion(guestAddress, segment, -1);
        return new Space(region, new FreeSpace(sizeBytes), arena::close);
    }

    private static Space sharedSpace(long guestAddress, long sizeBytes) throws IOException {
        try {
            int fd = Memory.memfd("guest-memory", sizeBytes);
            MappedFile mapped = mapOrClose(fd, sizeBytes);
            MemoryRegion region = new MemoryRegion(guestAddress, mapped.segment(), fd);
            return new Space(
                    region,
                    new FreeSpace(sizeBytes),
                    () -> {
                        mapped.close();
                        Descriptors.close(fd);
                    });
        } catch (LinuxException e) {
            throw new IOException("cannot make guest memory: " + e.getMessage(), e);
        }
    }

    private static MappedFile mapOrClose(int fd, long sizeBytes) throws LinuxException {
        try {
            return Memory.map(fd, 0, sizeBytes, true);
        } catch (LinuxException e) {
            Descriptors.close(fd);
            throw e;
        }
    }

    /** Removes a region; buffers in it are void. The device was told before. */
    public synchronized void removeRegion(MemoryRegion region) {
        Space space = spaceAt(region.guestAddress());
        spaces.remove(space);
        space.release().run();
    }

    /**
     * Takes a buffer from the first region that has room.
     *
     * @param alignmentBytes the buffer's address is a multiple of it
     * @throws OutOfMemoryError if no region has room
     */
    public GuestBuffer allocate(long sizeBytes, long alignmentBytes) {
        return allocateSkewed(sizeBytes, alignmentBytes, 0);
    }

    /** Like {@link #allocate}, with the address this many bytes behind a multiple. */
    public synchronized GuestBuffer allocateSkewed(
            long sizeBytes, long alignmentBytes, long skewBytes) {
        for (Space space : spaces) {
            long offset = space.free().take(sizeBytes, alignmentBytes, skewBytes);
            if (offset != FreeSpace.NONE) {
                return space.region().buffer(offset, sizeBytes);
            }
        }
        throw new OutOfMemoryError("no room for " + sizeBytes + " bytes in guest memory");
    }

    /**
     * Takes a buffer at a place in a region, such as its end.
     *
     * @throws IllegalArgumentException if a part of it is taken already
     */
    public synchronized GuestBuffer allocateAt(
            MemoryRegion region, long offsetBytes, long sizeBytes) {
        if (!spaceAt(region.guestAddress()).free().takeAt(offsetBytes, sizeBytes)) {
            throw new IllegalArgumentException("the range is not free");
        }
        return region.buffer(offsetBytes, sizeBytes);
    }

    /** Gives a buffer back; whole, as it was allocated. */
    public synchronized void free(GuestBuffer buffer) {
        Space space = spaceAt(buffer.guestAddress());
        space.free()
                .give(buffer.guestAddress() - space.region().guestAddress(), buffer.sizeBytes());
    }

    private Space spaceAt(long guestAddress) {
        for (Space space : spaces) {
            if (space.region().holds(guestAddress)) {
                return space;
            }
        }
        throw new IllegalArgumentException(
                "no guest memory at 0x" + Long.toHexString(guestAddress));
    }

    /** The regions, in the order they were added. */
    public synchronized List<MemoryRegion> regions() {
        return spaces.stream().map(Space::region).toList();
    }

    /** The memory as an in-process device sees it. */
    public GuestMemoryMap map() {
        return mapOf(regions());
    }

    static GuestMemoryMap mapOf(List<MemoryRegion> regions) {
        return GuestMemoryMap.of(
                regions.stream()
                        .map(r -> new GuestMemoryMap.Region(r.guestAddress(), r.segment()))
                        .toList());
    }

    /** Gives all memory back; no device uses it any more. */
    @Override
    public synchronized void close() {
        spaces.forEach(space -> space.release().run());
        spaces.clear();
    }
}

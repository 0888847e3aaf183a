package dev.platter.backend.uring;

import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.linux.Errnos;
import dev.platter.linux.IoUringRegister;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The guest's memory as registered buffers of one ring, so that the kernel need not look up and pin
 * its pages for each request. It pins all of them instead, for as long as they are registered.
 * Where that is refused, as by the limit of locked memory, requests name addresses as ever. Owner
 * thread only.
 */
final class GuestBuffers {
    /** No registered buffer holds the range. */
    static final int NONE = -1;

    /** The kernel's limit for one buffer. */
    private static final long MAX_BYTES = 1L << 30;

    private static final int MAX_BUFFERS = 1 << 14;
    private static final int IOVEC_BYTES = 16;

    private static final Logger LOG = LoggerFactory.getLogger(GuestBuffers.class);

    private @Nullable Ring ring;
    private @Nullable GuestMemoryMap registered;
    private long[] starts = {};
    private long[] ends = {};

    /** Where the last range was found: the next is often there, too. */
    private int last;

    /** Takes up another ring, in which nothing is registered. */
    void bind(Ring newRing) {
        ring = newRing;
        forget();
    }

    /**
     * Registers this memory, and takes back what was registered before. No request is in flight.
     *
     * @param memory null for none
     */
    void update(@Nullable GuestMemoryMap memory) {
        Ring target = ring;
        if (target == null || same(memory)) {
            return;
        }
        if (registered != null) {
            target.register(IoUringRegister.UNREGISTER_BUFFERS, MemorySegment.NULL, 0);
            forget();
        }
        if (memory != null && memory.regionCount() > 0) {
            register(target, memory);
        }
    }

    /** Whether this is the memory that is registered, whatever else the snapshot carries. */
    private boolean same(@Nullable GuestMemoryMap memory) {
        GuestMemoryMap now = registered;
        if (now == null || memory == null || now.regionCount() != memory.regionCount()) {
            return now == memory;
        }
        for (int i = 0; i < now.regionCount(); i++) {
            // The scope, too: memory that was mapped anew may have the place of the old.
            if (!now.segment(i).equals(memory.segment(i))
                    || !now.segment(i).scope().equals(memory.segment(i).scope())) {
                return false;
            }
        }
        return true;
    }

    private void register(Ring target, GuestMemoryMap memory) {
        int count = 0;
        for (int i = 0; i < memory.regionCount(); i++) {
            count += Math.toIntExact((memory.segment(i).byteSize() + MAX_BYTES - 1) / MAX_BYTES);
        }
        if (count > MAX_BUFFERS) {
            LOG.info("guest memory is not registered: it would take {} buffers", count);
            return;
        }
        starts = new long[count];
        ends = new long[count];
        int place = 0;
        for (int i = 0; i < memory.regionCount(); i++) {
            long end = memory.segment(i).address() + memory.segment(i).byteSize();
            for (long at = memory.segment(i).address(); at < end; at += MAX_BYTES) {
                starts[place] = at;
                ends[place++] = Math.min(end, at + MAX_BYTES);
            }
        }
        int answer = tell(target);
        if (answer < 0) {
            forget();
            LOG.info(
                    "guest memory is not registered with io_uring, and requests name addresses:"
                            + " {}{}",
                    Errnos.message(-answer),
                    answer == -Errnos.ENOMEM ? " (raise the limit with ulimit -l)" : "");
        } else {
            registered = memory;
        }
    }

    private int tell(Ring target) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vector = arena.allocate((long) IOVEC_BYTES * starts.length, Long.BYTES);
            for (int i = 0; i < starts.length; i++) {
                long at = (long) i * IOVEC_BYTES;
                vector.set(ValueLayout.JAVA_LONG, at, starts[i]);
                vector.set(ValueLayout.JAVA_LONG, at + Long.BYTES, ends[i] - starts[i]);
            }
            return target.register(IoUringRegister.BUFFERS, vector, starts.length);
        }
    }

    private void forget() {
        registered = null;
        starts = new long[0];
        ends = new long[0];
        last = 0;
    }

    /** How many buffers are registered. */
    int count() {
        return starts.length;
    }

    /** The place of the buffer that holds the whole range, or {@link #NONE}. */
    int find(long address, long lengthBytes) {
        if (starts.length == 0) {
            return NONE;
        }
        if (holds(last, address, lengthBytes)) {
            return last;
        }
        for (int place = 0; place < starts.length; place++) {
            if (holds(place, address, lengthBytes)) {
                last = place;
                return place;
            }
        }
        return NONE;
    }

    private boolean holds(int place, long address, long lengthBytes) {
        return address >= starts[place] && address <= ends[place] - lengthBytes;
    }

    /** Unpins the memory; best before the ring ends, whose own end comes some time after. */
    void close() {
        update(null);
    }
}

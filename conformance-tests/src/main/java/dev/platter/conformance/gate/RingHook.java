package dev.platter.conformance.gate;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.platter.linux.IoUringParams;
import dev.platter.linux.IoUringSetup;
import dev.platter.linux.IoUringSq;
import dev.platter.linux.IoUringSqe;
import dev.platter.linux.LinuxException;
import dev.platter.linux.MappedFile;
import dev.platter.linux.Memory;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A hook for ring calls that shows each submission before the kernel takes it, whatever thread
 * enters, and can make rings so short that their completions overflow. One for each {@code
 * IoUringCalls}, of whose rings the last is looked at; needs Linux 6.9 for {@link
 * RingEntry#answer}. Close it when the backend is closed: it keeps the ring's memory.
 */
public final class RingHook implements CallHook, AutoCloseable {
    private static final int QUEUES_BYTES = 4096;

    private record Ring(MappedFile queues, MappedFile entries, int headOffset, int size) {
        void close() {
            queues.close();
            entries.close();
        }
    }

    private final Consumer<RingEntry> submitting;
    private final int entries;
    private @Nullable Ring last;

    /** Shows submissions. */
    public RingHook(Consumer<RingEntry> submitting) {
        this(submitting, 0);
    }

    /**
     * Shows submissions, and makes rings of a length, whatever is asked.
     *
     * @param entries so many submissions and completions; 0 for as many as asked
     */
    public RingHook(Consumer<RingEntry> submitting, int entries) {
        this.submitting = submitting;
        this.entries = entries;
    }

    @Override
    public long call(String call, Object[] arguments, Real real) throws LinuxException {
        if (call.equals("setup")) {
            return setUp(arguments, real);
        }
        if (call.equals("enter")) {
            show((Integer) arguments[1]);
        }
        return real.call();
    }

    private long setUp(Object[] arguments, Real real) throws LinuxException {
        IoUringParams params = (IoUringParams) arguments[1];
        if (entries > 0) {
            arguments[0] = entries;
            params.ask(params.flags() | IoUringSetup.CQSIZE, entries);
        }
        int fd = (int) real.call();
        if (fd >= 0) {
            long bytes = (long) params.submissions() * IoUringSqe.BYTES;
            close();
            last =
                    new Ring(
                            Memory.map(fd, IoUringSq.RING_OFFSET, QUEUES_BYTES, false),
                            Memory.map(fd, IoUringSq.ENTRIES_OFFSET, bytes, true),
                            params.submissionHeadOffset(),
                            params.submissions());
        }
        return fd;
    }

    private void show(int submissions) {
        Ring ring = last;
        if (ring == null) {
            return;
        }
        int head = ring.queues().segment().get(JAVA_INT, ring.headOffset());
        for (int i = 0; i < submissions; i++) {
            long at = (long) ((head + i) & (ring.size() - 1)) * IoUringSqe.BYTES;
            submitting.accept(
                    new RingEntry(ring.entries().segment().asSlice(at, IoUringSqe.BYTES)));
        }
    }

    /** Lets go of the ring's memory. */
    @Override
    public void close() {
        Ring ring = last;
        last = null;
        if (ring != null) {
            ring.close();
        }
    }
}

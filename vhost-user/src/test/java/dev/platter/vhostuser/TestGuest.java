package dev.platter.vhostuser;

import static dev.platter.vhostuser.RawFrontEnd.concat;
import static dev.platter.vhostuser.RawFrontEnd.ints;
import static dev.platter.vhostuser.RawFrontEnd.longs;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.linux.Descriptors;
import dev.platter.linux.EventFd;
import dev.platter.linux.LinuxException;
import dev.platter.linux.MappedFile;
import dev.platter.linux.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * A guest of one memory region and some queues, and the messages that tell a back-end of them.
 *
 * <pre>
 *  queue q at q * 0x4000:  descriptors +0   available +0x1000   used +0x2000   buffers +0x3000
 * </pre>
 */
final class TestGuest implements AutoCloseable {
    static final long SIZE_BYTES = 1 << 20;
    static final long GUEST_ADDRESS = 0x1_0000_0000L;
    static final long USER_ADDRESS = 0x7f00_1234_0000L;
    static final int ENTRIES = 16;

    private static final long QUEUE_BYTES = 0x4000;
    private static final VarHandle INDEX = JAVA_SHORT.varHandle();

    final int memfd;
    final MemorySegment memory;
    final EventFd[] kicks;
    final EventFd[] calls;
    final EventFd[] errors;
    private final int[] made;
    private final MappedFile mapping;

    TestGuest(int queues) throws LinuxException {
        memfd = Memory.memfd("guest", SIZE_BYTES);
        mapping = Memory.map(memfd, 0, SIZE_BYTES, true);
        memory = mapping.segment();
        kicks = eventFds(queues);
        calls = eventFds(queues);
        errors = eventFds(queues);
        made = new int[queues];
    }

    private static EventFd[] eventFds(int count) throws LinuxException {
        EventFd[] fds = new EventFd[count];
        for (int i = 0; i < count; i++) {
            fds[i] = EventFd.create();
        }
        return fds;
    }

    /** The payload of SET_MEM_TABLE with the one region. */
    static byte[] memoryTable() {
        return concat(ints(1, 0), region(GUEST_ADDRESS, SIZE_BYTES, USER_ADDRESS, 0));
    }

    static byte[] region(long guest, long size, long user, long offset) {
        return longs(guest, size, user, offset);
    }

    /** The payload of ADD_MEM_REG and REM_MEM_REG. */
    static byte[] slot(long guest, long size, long user, long offset) {
        return concat(longs(0), region(guest, size, user, offset));
    }

    /** Sends NUM, BASE, ADDR and KICK of a queue. */
    void setUp(RawFrontEnd frontEnd, int queue, int base) {
        frontEnd.set(RawFrontEnd.SET_VRING_NUM, ints(queue, ENTRIES));
        frontEnd.set(RawFrontEnd.SET_VRING_BASE, ints(queue, base));
        frontEnd.set(RawFrontEnd.SET_VRING_ADDR, addresses(queue, USER_ADDRESS));
        frontEnd.set(RawFrontEnd.SET_VRING_KICK, longs(queue), kicks[queue].fd());
    }

    /** The payload of SET_VRING_ADDR. */
    static byte[] addresses(int queue, long userAddress) {
        long base = userAddress + queue * QUEUE_BYTES;
        return concat(ints(queue, 0), longs(base, base + 0x2000, base + 0x1000, 0));
    }

    /** Makes one request available, without a kick. */
    void makeAvailable(int queue) {
        long base = queue * QUEUE_BYTES;
        int slot = made[queue] % ENTRIES;
        memory.set(JAVA_LONG, base + 16L * slot, GUEST_ADDRESS + buffer(queue, slot));
        memory.set(JAVA_INT, base + 16L * slot + 8, Long.BYTES);
        memory.set(JAVA_SHORT, base + 0x1000 + 4 + 2L * slot, (short) slot);
        made[queue]++;
        INDEX.setRelease(memory, base + 0x1000 + 2, (short) made[queue]);
    }

    /** Starts the ring's counters elsewhere than at 0. */
    void startAt(int queue, int index) {
        made[queue] = index;
        INDEX.setRelease(memory, queue * QUEUE_BYTES + 0x1000 + 2, (short) index);
        INDEX.setRelease(memory, queue * QUEUE_BYTES + 0x2000 + 2, (short) index);
    }

    private static long buffer(int queue, int slot) {
        return queue * QUEUE_BYTES + 0x3000 + 8L * slot;
    }

    /** Makes one request available and kicks. */
    void kick(int queue) {
        makeAvailable(queue);
        kicks[queue].signal();
    }

    /** The used index of a queue. */
    int used(int queue) {
        return (short) INDEX.getAcquire(memory, queue * QUEUE_BYTES + 0x2000 + 2) & 0xffff;
    }

    /** The sum of what the device counted in a queue's buffers: one for each request done. */
    long echoes(int queue) {
        long sum = 0;
        for (int slot = 0; slot < ENTRIES; slot++) {
            sum += memory.get(JAVA_LONG, buffer(queue, slot));
        }
        return sum;
    }

    /** Sends one request through a queue and waits until the guest is called for it. */
    void roundTrip(int queue) {
        int before = used(queue);
        kick(queue);
        int expected = (before + 1) & 0xffff;
        Await.until("a request is used", () -> used(queue) == expected);
        Await.until("a call", () -> calls[queue].drain() > 0);
    }

    /** No request is used and no handler sees one. */
    void expectUntouched(int queue, int used) {
        assertThat(used(queue)).isEqualTo(used);
    }

    @Override
    public void close() {
        for (EventFd[] fds : new EventFd[][] {kicks, calls, errors}) {
            for (EventFd fd : fds) {
                fd.close();
            }
        }
        mapping.close();
        Descriptors.close(memfd);
    }
}

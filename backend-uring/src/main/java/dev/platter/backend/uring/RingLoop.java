package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.api.device.EventLoop;
import dev.platter.api.device.Notifier;
import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.linux.Epoll;
import dev.platter.linux.EventFd;
import dev.platter.linux.IoUringCalls;
import dev.platter.linux.IoUringFeatures;
import dev.platter.linux.IoUringOp;
import dev.platter.linux.IoUringRegister;
import dev.platter.linux.IoUringSqe;
import dev.platter.linux.LinuxException;
import dev.platter.linux.PollEvents;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A loop that waits in an io_uring, which all queues of its owner on {@link UringBackend}s share: a
 * turn is one {@code io_uring_enter} that hands over what they have prepared, waits, and learns of
 * completions, kicks and wake-ups alike. The owner is a platform thread.
 */
public final class RingLoop implements EventLoop {
    /**
     * How many entries can be prepared between two turns. A queue that finds no room tries again
     * after the next turn, which then does not wait.
     */
    static final int SUBMISSIONS = 256;

    /** Two for each request of four queues of the greatest size; more than that overflows. */
    static final int COMPLETIONS = 8192;

    /** How many descriptors the queues can register: each one, and one a durable write. */
    private static final int FILES = 4096;

    private static final int LEAST_FILES = 8;

    /** Before so many entries a signal is not worth its wait: the guest gets it first. */
    private static final int SIGNAL_BEHIND = 4;

    private final EventFd wake;
    private final Ring ring;
    private final RingPump pump = new RingPump(new Dispatch(), "an owner's loop");
    private final RingWatches watches = new RingWatches();

    /** The lanes by their number, from 1; closed ones are null. */
    private final List<@Nullable SharedLane> lanes = new ArrayList<>();

    private final GuestBuffers buffers = new GuestBuffers();

    /**
     * Whose rings have this owner's memory registered, once for each queue that asks: this ring,
     * and others.
     */
    private final List<GuestBuffers> followers = new ArrayList<>();

    private final boolean signals;
    private @Nullable GuestMemoryMap memory;
    private @Nullable FileTable table;
    private @Nullable Thread owner;
    private boolean busy;
    private int told;
    private boolean closed;

    private RingLoop(IoUringCalls calls, int submissions, int completions, EventFd wake)
            throws BackendException {
        this.wake = wake;
        ring = Ring.open(calls, submissions, completions, RingUse.WAITED_IN);
        signals = (ring.grant().features() & IoUringFeatures.CQE_SKIP) != 0;
        lanes.add(null);
        buffers.bind(ring);
        watches.add(wake.fd(), Listener.NONE);
    }

    /**
     * Opens a loop.
     *
     * @param callsOf makes its ring calls: {@code LinuxIoUringCalls::new}
     * @throws BackendException if the kernel refuses, in a sentence that says what is lacking
     */
    public static RingLoop open(Function<Arena, IoUringCalls> callsOf) throws BackendException {
        return open(callsOf, SUBMISSIONS, COMPLETIONS);
    }

    /** As {@link #open(Function)}, with a ring of other sizes. */
    static RingLoop open(Function<Arena, IoUringCalls> callsOf, int submissions, int completions)
            throws BackendException {
        EventFd wake = null;
        boolean opened = false;
        try {
            wake = EventFd.create();
            RingLoop loop =
                    new RingLoop(callsOf.apply(Arena.ofAuto()), submissions, completions, wake);
            opened = true;
            return loop;
        } catch (LinuxException e) {
            throw new BackendException("cannot open a loop: " + e.getMessage(), e.errno());
        } finally {
            if (!opened && wake != null) {
                wake.close();
            }
        }
    }

    /**
     * Gives a queue a lane.
     *
     * @param files the queue's, which are registered with the ring
     * @param registersMemory whether the queue's disk asks for the guest's memory as registered
     *     buffers; a disk that does not ask goes by addresses, whatever others do
     */
    SharedLane openLane(QueueFiles files, boolean registersMemory) throws BackendException {
        FileTable registered = table;
        if (registered == null) {
            registered = FileTable.register(ring, LEAST_FILES, FILES);
            table = registered;
        }
        files.attach(registered);
        int number = lanes.subList(1, lanes.size()).indexOf(null) + 1;
        if (number == 0) {
            number = lanes.size();
            lanes.add(null);
        }
        GuestBuffers lanesBuffers = registersMemory ? buffers : new GuestBuffers();
        SharedLane lane = new SharedLane(number, this, ring, registered, files, lanesBuffers);
        lanes.set(number, lane);
        if (registersMemory) {
            register(buffers);
        }
        return lane;
    }

    /** The guest's memory as this ring has it registered: nothing, unless a queue asked. */
    GuestBuffers buffers() {
        return buffers;
    }

    /** Has the guest's memory registered with a ring of this owner's, from now on. */
    void register(GuestBuffers follower) {
        followers.add(follower);
        if (owned()) {
            follower.update(memory);
        }
    }

    /** Undoes one {@link #register}, if there was one; with the last the memory is unpinned. */
    void unregister(GuestBuffers follower) {
        if (followers.remove(follower) && !followers.contains(follower)) {
            follower.close();
        }
    }

    @Override
    public void memory(GuestMemoryMap newMemory) {
        memory = newMemory;
        if (followers.isEmpty() || (!owned() && adopt() < 0)) {
            return;
        }
        for (GuestBuffers follower : followers) {
            follower.update(newMemory);
        }
    }

    void laneClosed(SharedLane lane) {
        lanes.set(lane.number(), null);
    }

    boolean owned() {
        return Thread.currentThread() == owner;
    }

    /** Makes the calling thread the owner, once and for all: 0 or a negative errno. */
    int adopt() {
        if (owner != null || Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("a ring's loop belongs to one platform thread");
        }
        int answer = ring.enable();
        if (answer >= 0) {
            owner = Thread.currentThread();
            if (followers.contains(buffers)) {
                buffers.update(memory);
            }
        }
        return Math.min(answer, 0);
    }

    /** Lets the next turn not wait: somebody wants to prepare more behind it. */
    void doNotWait() {
        busy = true;
    }

    @Override
    public int watch(int fd, Listener listener) {
        // What cannot be polled counts as ready whenever it is asked, and would keep the owner
        // busy.
        int answer = pollable(fd);
        if (answer == 0) {
            watches.add(fd, listener);
        }
        return answer;
    }

    private static int pollable(int fd) {
        try (Epoll set = Epoll.create(1)) {
            set.add(fd, PollEvents.IN, 0);
            return 0;
        } catch (LinuxException refusal) {
            return -refusal.errno();
        }
    }

    @Override
    public void unwatch(int fd) {
        watches.remove(fd);
    }

    @Override
    public Notifier waker() {
        return wake::signal;
    }

    @Override
    public boolean offerSignal(int eventFd) {
        SubmissionQueue submissions = ring.submissions();
        if (!signals || submissions.free() == 0 || submissions.unsubmitted() > SIGNAL_BEHIND) {
            return false;
        }
        submissions
                .claim()
                .startOn(
                        IoUringOp.WRITE,
                        eventFd,
                        UserData.of(UserData.NO_LANE, eventFd, UserData.SIGNAL))
                .address(EventFd.one().address())
                .length(Long.BYTES)
                .flag(IoUringSqe.CQE_SKIP_SUCCESS);
        return true;
    }

    @Override
    public void submit() {
        if (owned() || adopt() >= 0) {
            watches.prepare(ring.submissions());
            pump.handOver(ring);
            pump.reap(ring);
        }
    }

    @Override
    public int turn(long timeoutNanos) {
        int refusal = owned() ? 0 : adopt();
        if (refusal < 0) {
            return refusal;
        }
        told = 0;
        watches.prepare(ring.submissions());
        pump.reap(ring);
        boolean wait = timeoutNanos != 0 && told == 0 && !busy;
        busy = false;
        if (wait) {
            pump.handOverAndWait(ring, timeoutNanos);
        } else {
            pump.handOver(ring);
        }
        pump.reap(ring);
        return told;
    }

    /** Sends completions to the queue, the watch or the signal that they are of. */
    private final class Dispatch implements CompletionSink {
        @Override
        public void completed(long userData, int result, int flags) {
            told++;
            int lane = UserData.lane(userData);
            if (lane != UserData.NO_LANE) {
                lane(lane).sink().completed(userData, result, flags);
            } else if (UserData.part(userData) == UserData.WATCH) {
                watches.completed(UserData.slot(userData), result, flags);
            }
            // The end of a watch is told by the watch; a signal that fails has found its eventfd
            // full.
        }

        @Override
        public void refused(long userData, int result) {
            int lane = UserData.lane(userData);
            int part = UserData.part(userData);
            if (lane != UserData.NO_LANE) {
                lane(lane).sink().refused(userData, result);
            } else if (part == UserData.SIGNAL) {
                EventFd.signal(UserData.slot(userData));
            } else {
                watches.refused(UserData.slot(userData), part);
            }
        }
    }

    private SharedLane lane(int number) {
        SharedLane lane = lanes.get(number);
        if (lane == null) {
            throw new IllegalStateException("a closed queue has a completion");
        }
        return lane;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (owned()) {
            buffers.close();
            if (table != null) {
                ring.register(IoUringRegister.UNREGISTER_FILES, MemorySegment.NULL, 0);
            }
            ring.disown();
        }
        ring.close();
        wake.close();
    }
}

package dev.platter.virtio.scsi;

import dev.platter.api.device.Notifier;
import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueRing;
import dev.platter.api.device.QueueSetup;
import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.scsi.InitiatorPort;
import dev.platter.scsi.ScsiCommand;
import dev.platter.scsi.ScsiTargetQueue;
import dev.platter.scsi.ScsiTargets;
import dev.platter.scsi.UnitListener;
import dev.platter.virtio.queue.DescriptorChain;
import dev.platter.virtio.queue.QueueViolation;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * A request queue (VIRTIO 1.3 §5.6.6.1): takes commands from the ring, hands them to their targets
 * and gives the answers back. Everything but {@link #manage} is its owner's, without a lock; after
 * construction nothing is allocated for a command.
 *
 * <p>Task management (see {@link TaskManagement}) reaches the queue through a mailbox; it looks
 * there each time round.
 */
final class RequestQueueHandler implements QueueHandler, UnitListener {
    /**
     * The most requests taken in one round. Few, so that the guest learns of the first while the
     * next are carried out: with rounds of 64 guest and device took turns, one asleep while the
     * other worked, at less than half the requests a second of a deep queue (measured with 64, 16,
     * 8, 4 and 2; fewer than 8 cost more system calls and gain nothing).
     */
    static final int BATCH = 8;

    /** Pieces for buffers that straddle memory regions, beyond those a driver may use. */
    private static final int SPARE_PIECES = 8;

    private final DeviceRing ring;
    private final Notifier wake;
    private final Consumer<RequestQueueHandler> whenClosed;
    private final Arena arena = Arena.ofShared();
    private final RequestSlot[] slots;
    private final ScsiTargets allTargets;
    private final TargetQueues targets;
    private final TaskWatches watches = new TaskWatches();
    private final RequestHeader header = new RequestHeader();
    private final ResponseHeader response = new ResponseHeader();
    private DescriptorChain spare;
    private int inFlight;
    private int ended;

    /**
     * Starts the queue.
     *
     * @param allTargets the targets; the queue follows what happens to them
     * @param initiator who the queue's commands are of
     * @param whenClosed told when the queue has closed
     */
    RequestQueueHandler(
            QueueSetup setup,
            ScsiTargets allTargets,
            InitiatorPort initiator,
            Consumer<RequestQueueHandler> whenClosed) {
        ring = new DeviceRing(setup);
        wake = setup.wake();
        this.whenClosed = whenClosed;
        this.allTargets = allTargets;
        int pieces = Math.max(ring.size(), VirtioScsi.SEG_MAX + 2) + SPARE_PIECES;
        slots = new RequestSlot[ring.size()];
        Arrays.setAll(slots, head -> new RequestSlot(arena, head, pieces));
        spare = new DescriptorChain(pieces);
        ScsiCommand[] commands =
                Arrays.stream(slots).map(RequestSlot::command).toArray(ScsiCommand[]::new);
        targets =
                new TargetQueues(allTargets, initiator, commands, this::ended, wake, setup.loop());
        // What happened before is seen by the first look at the targets.
        allTargets.listen(this);
    }

    /** Opens a queue to the unit soon; any thread. */
    @Override
    public void attached(int target, int lun) {
        wake.signal();
    }

    /** Lets go of the unit soon; any thread. */
    @Override
    public void detached(int target, int lun) {
        wake.signal();
    }

    /**
     * Posts a task management function; any thread. It is reported once, by the owner.
     *
     * @return false if the queue is closed, and will not report
     */
    boolean manage(TaskManagement function) {
        boolean posted = watches.post(function);
        if (posted) {
            wake.signal();
        }
        return posted;
    }

    @Override
    public int process() {
        targets.update();
        boolean managing = watches.take();
        ring.disableKicks();
        // What was available when the functions were taken is at most a ring full.
        int work = takeAvailable(managing ? ring.size() : BATCH);
        if (managing) {
            watches.begin(slots, this::abort);
            work++;
        }
        work += targets.poll() + ended;
        ended = 0;
        ring.callGuest();
        return work;
    }

    private int takeAvailable(int most) {
        int taken = 0;
        while (taken < most && takeOne()) {
            taken++;
        }
        return taken;
    }

    private boolean takeOne() {
        int head = ring.take(spare);
        if (head < 0) {
            return false;
        }
        RequestSlot slot = slots[head];
        if (slot.isBusy()) {
            ring.breakFor(QueueViolation.HEAD_IN_FLIGHT);
            return false;
        }
        spare = slot.occupy(spare);
        inFlight++;
        if (slot.canRespond()) {
            start(slot);
        } else {
            ring.breakFor(QueueViolation.HEADER_TOO_SHORT);
            release(slot);
        }
        return true;
    }

    private void start(RequestSlot slot) {
        int refusal = slot.read(header);
        if (refusal == VirtioScsi.S_OK) {
            ScsiTargetQueue queue = targets.queue(slot.target());
            if (queue != null) {
                queue.start(slot.lun(), slot.command());
                return;
            }
            refusal = VirtioScsi.S_BAD_TARGET;
        }
        use(slot, slot.refuse(response, refusal));
    }

    private void abort(RequestSlot slot) {
        targets.abort(slot.target(), slot.command());
    }

    private void ended(ScsiCommand command) {
        RequestSlot slot = slots[command.slot()];
        use(slot, slot.respond(response));
        ended++;
    }

    private void use(RequestSlot slot, long writtenBytes) {
        ring.use(slot.chain(), writtenBytes);
        release(slot);
    }

    /** Behind the slot's use, so that the guest sees a command's end before a function's answer. */
    private void release(RequestSlot slot) {
        slot.vacate();
        inFlight--;
        watches.ended(slot.head());
    }

    @Override
    public boolean enableKicks() {
        return !watches.hasPosted()
                && !targets.mustUpdate()
                && !targets.mustPoll()
                && ring.enableKicks();
    }

    @Override
    public int inFlight() {
        return inFlight;
    }

    @Override
    public void stopTaking() {
        ring.stop();
    }

    @Override
    public boolean broken() {
        return ring.broken();
    }

    @Override
    public int nextAvail() {
        return ring.nextAvail();
    }

    @Override
    public void completionFds(IntConsumer consumer) {
        targets.completionFds(consumer);
    }

    @Override
    public void memoryChanged(GuestMemoryMap memory, QueueRing newRing) {
        ring.rebind(memory, newRing);
    }

    @Override
    public void close() {
        allTargets.unlisten(this);
        try {
            targets.close();
        } finally {
            // Whatever became of the targets, no task management function may wait for this queue.
            watches.close();
            whenClosed.accept(this);
        }
        arena.close();
    }
}

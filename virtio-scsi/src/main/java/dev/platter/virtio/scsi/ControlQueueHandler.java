package dev.platter.virtio.scsi;

import dev.platter.api.device.Notifier;
import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueRing;
import dev.platter.api.device.QueueSetup;
import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.scsi.InitiatorPort;
import dev.platter.scsi.ScsiTarget;
import dev.platter.scsi.ScsiTargets;
import dev.platter.virtio.queue.DescriptorChain;
import dev.platter.virtio.queue.QueueViolation;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Collection;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The control queue (VIRTIO 1.3 §5.6.6.2). Every request is answered: the asynchronous
 * notifications at once, with none on offer; a task management function when the request queues
 * have reported the tasks it names ended.
 *
 * <pre>
 *  byte  0      4         8     16    24         25
 *       +------+---------+-----+-----+----------+
 *       | type | subtype | lun | tag | response |      virtio_scsi_ctrl_tmf
 *       | le32 | le32    | 8   | le64| u8       |
 *       +------+---------+-----+-----+----------+
 *       |   read by the device       | written  |
 *
 *  byte  0      4     12                16             20         21
 *       +------+-----+-----------------+--------------+----------+
 *       | type | lun | event_requested | event_actual | response |   virtio_scsi_ctrl_an
 *       | le32 | 8   | le32            | le32         | u8       |
 *       +------+-----+-----------------+--------------+----------+
 *       |   read by the device         |   written               |
 * </pre>
 *
 * <p>To drain this queue, the request queues' owners must go on calling {@code process()}, for a
 * function waits for them, or close them.
 */
final class ControlQueueHandler implements QueueHandler {
    private static final int BATCH = 16;
    private static final int MAX_PIECES = 64;

    private static final int TYPE = 0;
    private static final int SUBTYPE = 4;
    private static final int LUN = 8;
    private static final int TAG = 16;
    private static final int TYPE_BYTES = 4;
    private static final int TMF_BYTES = 24;
    private static final int TMF_RESPONSE_BYTES = 1;
    private static final int AN_BYTES = 16;
    private static final int AN_RESPONSE = 4;
    private static final int AN_RESPONSE_BYTES = 5;

    private final DeviceRing ring;
    private final Notifier wake;
    private final ScsiTargets targets;
    private final InitiatorPort initiator;
    private final Collection<RequestQueueHandler> requestQueues;
    private final DeviceGroup group;
    private final MemorySegment request = MemorySegment.ofArray(new byte[TMF_BYTES]);
    private final Mailbox<Pending> reported = new Mailbox<>();
    private final BitSet busyHeads = new BitSet();
    private DescriptorChain chain = new DescriptorChain(MAX_PIECES);

    /** A function that the request queues are at work on. */
    private record Pending(
            int head, DescriptorChain chain, ScsiTarget target, TaskManagement function) {}

    /**
     * Starts the queue.
     *
     * @param initiator who the functions are of
     * @param requestQueues the device's request queues that run; changes under way, and is safe to
     *     iterate
     * @param group whose queues the functions reach that concern every initiator
     */
    ControlQueueHandler(
            QueueSetup setup,
            ScsiTargets targets,
            InitiatorPort initiator,
            Collection<RequestQueueHandler> requestQueues,
            DeviceGroup group) {
        ring = new DeviceRing(setup);
        wake = setup.wake();
        this.targets = targets;
        this.initiator = initiator;
        this.requestQueues = requestQueues;
        this.group = group;
    }

    @Override
    public int process() {
        ring.disableKicks();
        int work = 0;
        while (work < BATCH && takeOne()) {
            work++;
        }
        if (!reported.isEmpty()) {
            for (Pending pending : reported.takeAll()) {
                finish(pending);
                work++;
            }
        }
        ring.callGuest();
        return work;
    }

    private boolean takeOne() {
        int head = ring.take(chain);
        if (head < 0) {
            return false;
        }
        if (busyHeads.get(head)) {
            ring.breakFor(QueueViolation.HEAD_IN_FLIGHT);
            return false;
        }
        request.fill((byte) 0);
        long requestBytes = chain.copyReadable(0, request, 0, TMF_BYTES);
        if (requestBytes < TYPE_BYTES) {
            ring.breakFor(QueueViolation.HEADER_TOO_SHORT);
            return false;
        }
        accept(head, requestBytes);
        return true;
    }

    /** A type that is not known is given back untouched, for so is the form of its response. */
    private void accept(int head, long requestBytes) {
        switch (request.get(LittleEndian.INT, TYPE)) {
            case VirtioScsi.T_TMF -> acceptFunction(head, requestBytes);
            case VirtioScsi.T_AN_QUERY, VirtioScsi.T_AN_SUBSCRIBE ->
                    acceptNotification(requestBytes);
            default -> ring.use(chain, 0);
        }
    }

    private void acceptNotification(long requestBytes) {
        if (chain.writableBytes() < AN_RESPONSE_BYTES) {
            ring.breakFor(QueueViolation.HEADER_TOO_SHORT);
            return;
        }
        byte[] answer = new byte[AN_RESPONSE_BYTES];
        answer[AN_RESPONSE] =
                (byte) (requestBytes < AN_BYTES ? VirtioScsi.S_FAILURE : VirtioScsi.S_OK);
        ring.use(chain, chain.writeWritable(0, answer, 0, AN_RESPONSE_BYTES));
    }

    private void acceptFunction(int head, long requestBytes) {
        if (chain.writableBytes() < TMF_RESPONSE_BYTES) {
            ring.breakFor(QueueViolation.HEADER_TOO_SHORT);
            return;
        }
        int function = request.get(LittleEndian.INT, SUBTYPE);
        ScsiTarget target = target();
        if (requestBytes < TMF_BYTES) {
            respond(chain, VirtioScsi.S_FAILURE);
        } else if (!TaskManagement.isSupported(function)) {
            respond(chain, VirtioScsi.S_FUNCTION_REJECTED);
        } else if (target == null) {
            respond(chain, VirtioScsi.S_BAD_TARGET);
        } else if (function != VirtioScsi.TMF_I_T_NEXUS_RESET
                && !target.hasUnit(LunField.lun(request, LUN))) {
            respond(chain, VirtioScsi.S_INCORRECT_LUN);
        } else {
            begin(head, function, target);
        }
    }

    private @Nullable ScsiTarget target() {
        ScsiTarget target =
                LunField.isValid(request, LUN)
                        ? targets.target(LunField.target(request, LUN))
                        : null;
        return target == null || target.isEmpty() ? null : target;
    }

    /** Posts the function to each request queue that runs; the last report comes back here. */
    private void begin(int head, int function, ScsiTarget target) {
        TaskManagement management =
                new TaskManagement(
                        function,
                        LunField.target(request, LUN),
                        LunField.lun(request, LUN),
                        request.get(LittleEndian.LONG, TAG));
        Pending pending = new Pending(head, chain, target, management);
        chain = new DescriptorChain(MAX_PIECES);
        busyHeads.set(head);
        boolean everybody =
                function == VirtioScsi.TMF_LOGICAL_UNIT_RESET
                        || function == VirtioScsi.TMF_CLEAR_TASK_SET;
        management.start(
                everybody ? group.running() : requestQueues,
                () -> {
                    reported.post(pending);
                    wake.signal();
                });
    }

    /** All have reported: the function takes effect on the logical units, and is answered. */
    private void finish(Pending pending) {
        TaskManagement function = pending.function;
        int answer = VirtioScsi.S_OK;
        switch (function.function()) {
            case VirtioScsi.TMF_LOGICAL_UNIT_RESET ->
                    pending.target.logicalUnitReset(function.lun());
            case VirtioScsi.TMF_CLEAR_TASK_SET ->
                    pending.target.taskSetCleared(function.lun(), initiator);
            case VirtioScsi.TMF_I_T_NEXUS_RESET -> pending.target.nexusReset(initiator);
            default -> {
                if (function.isQuery() && function.found()) {
                    answer = VirtioScsi.S_FUNCTION_SUCCEEDED;
                }
            }
        }
        busyHeads.clear(pending.head);
        respond(pending.chain, answer);
    }

    private void respond(DescriptorChain to, int response) {
        byte[] answer = {(byte) response};
        ring.use(to, to.writeWritable(0, answer, 0, TMF_RESPONSE_BYTES));
    }

    @Override
    public boolean enableKicks() {
        return reported.isEmpty() && ring.enableKicks();
    }

    @Override
    public int inFlight() {
        return busyHeads.cardinality();
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
    public void completionFds(IntConsumer consumer) {}

    @Override
    public void memoryChanged(GuestMemoryMap memory, QueueRing newRing) {
        ring.rebind(memory, newRing);
    }

    @Override
    public void close() {
        reported.close();
    }
}

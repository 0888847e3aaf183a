package dev.platter.virtio.scsi;

import dev.platter.api.device.Notifier;
import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueRing;
import dev.platter.api.device.QueueSetup;
import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.scsi.AdditionalSense;
import dev.platter.scsi.ScsiTargets;
import dev.platter.scsi.UnitListener;
import dev.platter.virtio.queue.DescriptorChain;
import dev.platter.virtio.queue.QueueViolation;
import dev.platter.virtio.queue.VirtioFeatures;
import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;

/**
 * The event queue (VIRTIO 1.3 §5.6.6.3): the guest keeps buffers in its ring, and the device takes
 * one for each event.
 *
 * <pre>
 *  byte  0       4       12       16
 *       +-------+-------+--------+
 *       | event | lun   | reason |
 *       | le32  | 8     | le32   |
 *       +-------+-------+--------+
 * </pre>
 *
 * <p>Buffers stay in the ring until there is an event, so nothing is ever in flight. An event
 * without a buffer is dropped, and the next that gets one says so.
 */
final class EventQueueHandler implements QueueHandler, UnitListener {
    private static final int LUN = 4;
    private static final int REASON = 12;
    private static final int MAX_PIECES = 64;

    private final DeviceRing ring;
    private final long features;
    private final Notifier wake;
    private final EventBacklog raised = new EventBacklog();
    private final ScsiTargets targets;
    private final IntConsumer whenClosed;
    private final DescriptorChain chain = new DescriptorChain(MAX_PIECES);
    private final MemorySegment bytes =
            MemorySegment.ofArray(new byte[VirtioScsi.EVENT_INFO_BYTES]);
    private boolean missed;

    /**
     * Starts the queue.
     *
     * @param told up to which change of the targets the driver has been told, or negative if it is
     *     new and looks for itself
     * @param whenClosed told the same when the queue has closed
     */
    EventQueueHandler(QueueSetup setup, ScsiTargets targets, int told, IntConsumer whenClosed) {
        ring = new DeviceRing(setup);
        features = setup.features();
        wake = setup.wake();
        this.targets = targets;
        this.whenClosed = whenClosed;
        targets.listen(this);
        missed = told >= 0 && told != targets.changes() && wantsAny();
    }

    private boolean wantsAny() {
        return wanted(VirtioScsi.T_TRANSPORT_RESET) || wanted(VirtioScsi.T_PARAM_CHANGE);
    }

    @Override
    public void attached(int target, int lun) {
        raise(VirtioScsi.T_TRANSPORT_RESET, target, lun, VirtioScsi.EVT_RESET_RESCAN);
    }

    @Override
    public void detached(int target, int lun) {
        raise(VirtioScsi.T_TRANSPORT_RESET, target, lun, VirtioScsi.EVT_RESET_REMOVED);
    }

    /** The reason is the additional sense code, and in the next byte its qualifier. */
    @Override
    public void capacityChanged(int target, int lun) {
        int sense = AdditionalSense.CAPACITY_DATA_HAS_CHANGED;
        raise(VirtioScsi.T_PARAM_CHANGE, target, lun, sense >> 8 | (sense & 0xff) << 8);
    }

    /**
     * Raises an event; any thread. One whose feature the driver did not negotiate is nobody's.
     *
     * @param event a {@code T_} number of {@link VirtioScsi}
     * @param reason what the event's type says about it
     */
    void raise(int event, int target, int lun, int reason) {
        if (wanted(event)) {
            raised.add(new EventBacklog.Event(event, target, lun, reason));
            wake.signal();
        }
    }

    private boolean wanted(int event) {
        return switch (event) {
            case VirtioScsi.T_TRANSPORT_RESET -> VirtioFeatures.has(features, VirtioScsi.F_HOTPLUG);
            case VirtioScsi.T_PARAM_CHANGE -> VirtioFeatures.has(features, VirtioScsi.F_CHANGE);
            default -> false;
        };
    }

    @Override
    public int process() {
        int work = raised.isEmpty() ? 0 : deliverRaised();
        if (missed && deliverMissed()) {
            work++;
        }
        ring.callGuest();
        return work;
    }

    private int deliverRaised() {
        int work = 0;
        missed |= raised.takeOverflow();
        EventBacklog.Event event;
        while ((event = raised.take()) != null) {
            LunField.put(bytes, LUN, event.target(), event.lun());
            missed |= !deliver(event.event(), event.reason());
            work++;
        }
        return work;
    }

    private boolean deliverMissed() {
        bytes.fill((byte) 0);
        return deliver(VirtioScsi.T_NO_EVENT, 0);
    }

    /** Writes the event, to the logical unit already in place, to the next buffer. */
    private boolean deliver(int event, int reason) {
        if (ring.take(chain) < 0) {
            return false;
        }
        if (chain.writableBytes() < VirtioScsi.EVENT_INFO_BYTES) {
            ring.breakFor(QueueViolation.HEADER_TOO_SHORT);
            return false;
        }
        bytes.set(LittleEndian.INT, 0, missed ? event | VirtioScsi.T_EVENTS_MISSED : event);
        bytes.set(LittleEndian.INT, REASON, reason);
        chain.writeWritable(0, bytes, 0, VirtioScsi.EVENT_INFO_BYTES);
        ring.use(chain, VirtioScsi.EVENT_INFO_BYTES);
        missed = false;
        return true;
    }

    /** Kicks are asked for only while the guest is owed the news that it missed something. */
    @Override
    public boolean enableKicks() {
        if (!raised.isEmpty()) {
            return false;
        }
        if (missed) {
            return ring.enableKicks();
        }
        ring.disableKicks();
        return true;
    }

    @Override
    public int inFlight() {
        return 0;
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
        int changes = targets.changes();
        targets.unlisten(this);
        boolean allTold = raised.isEmpty() && !missed;
        whenClosed.accept(allTold ? changes : changes - 1 & Integer.MAX_VALUE);
    }
}

package dev.platter.virtio.scsi;

import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueSetup;
import dev.platter.api.device.VirtioDevice;
import dev.platter.scsi.InitiatorPort;
import dev.platter.scsi.ScsiTarget;
import dev.platter.virtio.queue.VirtioFeatures;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A virtio-scsi host adapter (VIRTIO 1.3 §5.6): a control queue, an event queue, and request queues
 * each of which reaches every target. Does not own the targets.
 */
public final class VirtioScsiDevice implements VirtioDevice {
    /** The most request queues: a virtio device has 1024 queues at most on QEMU's side. */
    public static final int MAX_REQUEST_QUEUES = 1024 - VirtioScsi.FIRST_REQUEST_QUEUE;

    private static final int ASC_CAPACITY_DATA_HAS_CHANGED = 0x2a;
    private static final int ASCQ_CAPACITY_DATA_HAS_CHANGED = 0x09;

    private final Map<Integer, ScsiTarget> targets;
    private final int requestQueues;
    private final InitiatorPort initiator;
    private final DeviceGroup group;
    private final ConfigSpace config;
    private final CopyOnWriteArrayList<RequestQueueHandler> running = new CopyOnWriteArrayList<>();
    private volatile @Nullable EventQueueHandler events;

    /**
     * A device.
     *
     * @param targets the targets by number, 0 to 255
     * @param requestQueues how many request queues, 1 to {@link #MAX_REQUEST_QUEUES}
     * @throws IllegalArgumentException if a number is out of its range
     */
    public VirtioScsiDevice(Map<Integer, ScsiTarget> targets, int requestQueues) {
        this(targets, requestQueues, InitiatorPort.DEFAULT, new DeviceGroup());
    }

    /**
     * A device of one of several initiators of the same targets.
     *
     * @param targets the targets by number, 0 to 255
     * @param requestQueues how many request queues, 1 to {@link #MAX_REQUEST_QUEUES}
     * @param initiator who its commands are of, to the logical units
     * @param group of all devices over these targets
     * @throws IllegalArgumentException if a number is out of its range
     */
    public VirtioScsiDevice(
            Map<Integer, ScsiTarget> targets,
            int requestQueues,
            InitiatorPort initiator,
            DeviceGroup group) {
        for (int id : targets.keySet()) {
            if (id < 0 || id > VirtioScsi.MAX_TARGET) {
                throw new IllegalArgumentException(
                        "target=" + id + " is not between 0 and " + VirtioScsi.MAX_TARGET);
            }
        }
        if (requestQueues < 1 || requestQueues > MAX_REQUEST_QUEUES) {
            throw new IllegalArgumentException(
                    requestQueues + " request queues are not between 1 and " + MAX_REQUEST_QUEUES);
        }
        this.targets = Map.copyOf(targets);
        this.requestQueues = requestQueues;
        this.initiator = initiator;
        this.group = group;
        config = new ConfigSpace(requestQueues);
    }

    @Override
    public int deviceId() {
        return VirtioScsi.DEVICE_ID;
    }

    @Override
    public long features() {
        return VirtioFeatures.VERSION_1
                | VirtioFeatures.RING_INDIRECT_DESC
                | VirtioFeatures.RING_EVENT_IDX
                | VirtioFeatures.RING_PACKED
                | VirtioScsi.F_HOTPLUG
                | VirtioScsi.F_CHANGE;
    }

    @Override
    public int queueCount() {
        return VirtioScsi.FIRST_REQUEST_QUEUE + requestQueues;
    }

    @Override
    public int configBytes() {
        return ConfigSpace.BYTES;
    }

    @Override
    public void readConfig(int offsetBytes, MemorySegment target) {
        config.read(offsetBytes, target);
    }

    /** Changes nothing: the sizes that a driver may write keep their defaults. */
    @Override
    public void writeConfig(int offsetBytes, MemorySegment source) {}

    @Override
    public QueueHandler startQueue(QueueSetup setup) {
        if (setup.index() < 0 || setup.index() >= queueCount()) {
            throw new IllegalArgumentException(
                    "queue " + setup.index() + " is not one of the device's " + queueCount());
        }
        return switch (setup.index()) {
            case VirtioScsi.CONTROL_QUEUE ->
                    new ControlQueueHandler(setup, targets, initiator, running, group);
            case VirtioScsi.EVENT_QUEUE -> startEvents(setup);
            default -> startRequests(setup);
        };
    }

    private QueueHandler startEvents(QueueSetup setup) {
        EventQueueHandler handler = new EventQueueHandler(setup);
        events = handler;
        return handler;
    }

    private QueueHandler startRequests(QueueSetup setup) {
        RequestQueueHandler handler =
                new RequestQueueHandler(setup, targets, initiator, this::closed);
        running.add(handler);
        group.started(handler);
        return handler;
    }

    private void closed(RequestQueueHandler queue) {
        running.remove(queue);
        group.closed(queue);
    }

    @Override
    public void reset() {
        targets.values().forEach(target -> target.deviceReset(initiator));
    }

    /** Tells the driver, if one listens, that a logical unit's capacity changed; any thread. */
    void capacityChanged(int target, int lun) {
        EventQueueHandler handler = events;
        if (handler != null) {
            handler.raise(
                    VirtioScsi.T_PARAM_CHANGE,
                    target,
                    lun,
                    ASC_CAPACITY_DATA_HAS_CHANGED | ASCQ_CAPACITY_DATA_HAS_CHANGED << 8);
        }
    }
}

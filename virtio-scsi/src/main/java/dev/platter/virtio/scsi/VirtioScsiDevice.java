package dev.platter.virtio.scsi;

import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueSetup;
import dev.platter.api.device.VirtioDevice;
import dev.platter.scsi.InitiatorPort;
import dev.platter.scsi.ScsiTarget;
import dev.platter.scsi.ScsiTargets;
import dev.platter.virtio.queue.VirtioFeatures;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A virtio-scsi host adapter (VIRTIO 1.3 §5.6): a control queue, an event queue, and request queues
 * each of which reaches every target. Does not own the targets.
 */
public final class VirtioScsiDevice implements VirtioDevice {
    /** The most request queues: a virtio device has 1024 queues at most on QEMU's side. */
    public static final int MAX_REQUEST_QUEUES = 1024 - VirtioScsi.FIRST_REQUEST_QUEUE;

    private static final int NO_DRIVER = -1;

    private final ScsiTargets targets;
    private final int requestQueues;
    private final InitiatorPort initiator;
    private final DeviceGroup group;
    private final ConfigSpace config;
    private final CopyOnWriteArrayList<RequestQueueHandler> running = new CopyOnWriteArrayList<>();

    /** Up to which change of the targets the driver has been told; a new one finds out itself. */
    private final AtomicInteger toldChanges = new AtomicInteger(NO_DRIVER);

    /**
     * A device.
     *
     * @param targets the targets by number, 0 to 255
     * @param requestQueues how many request queues, 1 to {@link #MAX_REQUEST_QUEUES}
     * @throws IllegalArgumentException if a number is out of its range
     */
    public VirtioScsiDevice(Map<Integer, ScsiTarget> targets, int requestQueues) {
        this(new ScsiTargets(targets), requestQueues, InitiatorPort.DEFAULT, new DeviceGroup());
    }

    /**
     * A device of one of several initiators of the same targets.
     *
     * @param targets shared by the group's devices; the driver is told of what happens to them
     * @param requestQueues how many request queues, 1 to {@link #MAX_REQUEST_QUEUES}
     * @param initiator who its commands are of, to the logical units
     * @param group of all devices over these targets
     * @throws IllegalArgumentException if a number is out of its range
     */
    public VirtioScsiDevice(
            ScsiTargets targets, int requestQueues, InitiatorPort initiator, DeviceGroup group) {
        if (requestQueues < 1 || requestQueues > MAX_REQUEST_QUEUES) {
            throw new IllegalArgumentException(
                    requestQueues + " request queues are not between 1 and " + MAX_REQUEST_QUEUES);
        }
        this.targets = targets;
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
        int told = toldChanges.get();
        return new EventQueueHandler(setup, targets, told, toldChanges::set);
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
        toldChanges.set(NO_DRIVER);
        for (int id = 0; id <= ScsiTargets.MAX_TARGET; id++) {
            ScsiTarget target = targets.target(id);
            if (target != null) {
                target.deviceReset(initiator);
            }
        }
    }
}

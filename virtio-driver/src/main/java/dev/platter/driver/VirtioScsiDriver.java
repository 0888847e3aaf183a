package dev.platter.driver;

import java.io.IOException;

/**
 * A virtio-scsi driver (VIRTIO 1.3 §5.6): a control queue, an event queue, and request queues on
 * one front-end. Each queue is one thread's; the methods here are control methods, called with no
 * queue in use.
 */
public final class VirtioScsiDriver implements AutoCloseable {
    private final FrontEnd frontEnd;
    private final DriverOptions options;
    private final long features;
    private ControlQueue control;
    private EventQueue events;
    private RequestQueue[] requests;
    private RingDriver[] rings;

    private VirtioScsiDriver(FrontEnd frontEnd, DriverOptions options) {
        this.frontEnd = frontEnd;
        this.options = options;
        long wanted = options.features() | VirtioFeatures.VERSION_1;
        features = wanted & frontEnd.deviceFeatures();
        rings = newRings();
        control = newControl();
        events = newEvents();
        requests = newRequests();
    }

    /**
     * Negotiates, sets the queues up and starts them.
     *
     * @param frontEnd stays the caller's, to close after the driver
     * @throws IOException if the device refuses
     */
    public static VirtioScsiDriver start(FrontEnd frontEnd, DriverOptions options)
            throws IOException {
        VirtioScsiDriver driver = new VirtioScsiDriver(frontEnd, options);
        driver.restart();
        return driver;
    }

    private RingDriver[] newRings() {
        RingDriver[] made =
                new RingDriver[VirtioScsi.FIRST_REQUEST_QUEUE + options.requestQueues()];
        for (int i = 0; i < made.length; i++) {
            made[i] =
                    RingDriver.allocate(
                            frontEnd.memory(),
                            features,
                            options.queueSize(),
                            options.indirectEntries());
        }
        return made;
    }

    private ControlQueue newControl() {
        return new ControlQueue(frontEnd, rings[VirtioScsi.CONTROL_QUEUE], options.timeoutMillis());
    }

    private EventQueue newEvents() {
        return new EventQueue(frontEnd, rings[VirtioScsi.EVENT_QUEUE], options.eventBuffers());
    }

    private RequestQueue[] newRequests() {
        RequestQueue[] made = new RequestQueue[options.requestQueues()];
        for (int i = 0; i < made.length; i++) {
            int index = VirtioScsi.FIRST_REQUEST_QUEUE + i;
            made[i] = new RequestQueue(frontEnd, index, rings[index], options);
        }
        return made;
    }

    /** Stops the queues; {@link #restart()} goes on where they stopped. */
    public void stop() throws IOException {
        frontEnd.stop();
    }

    /** Starts stopped queues again. */
    public void restart() throws IOException {
        frontEnd.start(features, rings);
        events.kick();
    }

    /**
     * Resets the device and starts it with new rings, as a guest does that boots again. Queues
     * obtained before are void.
     */
    public void reset() throws IOException {
        frontEnd.reset();
        freeQueues();
        rings = newRings();
        control = newControl();
        events = newEvents();
        requests = newRequests();
        restart();
    }

    private void freeQueues() {
        control.free();
        events.free();
        for (RequestQueue queue : requests) {
            queue.free();
        }
    }

    /** Sends a command on the first request queue and waits: see {@link RequestQueue#execute}. */
    public ScsiResponse execute(int target, int lun, byte[] cdb, byte[] dataOut, int dataInBytes)
            throws IOException {
        return requests[0].execute(target, lun, cdb, dataOut, dataInBytes);
    }

    /** A disk as seen through the first request queue. */
    public ScsiDisk disk(int target, int lun) {
        return new ScsiDisk(this, 0, target, lun);
    }

    /** A request queue, counted from 0. */
    public RequestQueue requestQueue(int number) {
        return requests[number];
    }

    /** How many request queues there are. */
    public int requestQueueCount() {
        return requests.length;
    }

    /** The control queue. */
    public ControlQueue control() {
        return control;
    }

    /** The event queue. */
    public EventQueue events() {
        return events;
    }

    /** The front-end that the driver runs on. */
    public FrontEnd frontEnd() {
        return frontEnd;
    }

    /** The negotiated feature bits. */
    public long features() {
        return features;
    }

    /** Resets the device and gives the queues' memory back. */
    @Override
    public void close() throws IOException {
        frontEnd.reset();
        freeQueues();
    }
}

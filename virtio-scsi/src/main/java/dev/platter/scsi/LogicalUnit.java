package dev.platter.scsi;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A direct-access logical unit over one backend: what all queues that reach it share. Thread-safe;
 * does not own the backend.
 */
public final class LogicalUnit {
    private static final Logger LOG = LoggerFactory.getLogger(LogicalUnit.class);

    private final BlockBackend backend;
    private final LogicalUnitOptions options;
    private volatile Geometry geometry;
    private final CachePolicy cache;
    private final InquiryData inquiry;
    private final ControlBits control = new ControlBits();
    private final MediumGate gate = new MediumGate();
    private final Reservations reservations;
    private final Sanitize sanitize = new Sanitize(this);
    private final BackgroundWork background = new BackgroundWork("platter-unit");
    private final BackgroundWork copying = new BackgroundWork("platter-copy");
    private final BackgroundWork sanitizing = new BackgroundWork("platter-sanitize");

    /** Only grows; an initiator's position is its relative target port, less one. */
    private final CopyOnWriteArrayList<Nexus> nexuses = new CopyOnWriteArrayList<>();

    private final CopyOnWriteArrayList<LogicalUnitQueue> queues = new CopyOnWriteArrayList<>();
    private final UnitHolders holders = new UnitHolders();
    private volatile Runnable whenResized = () -> {};
    private volatile UnitStatistics ofClosed = UnitStatistics.ZERO;
    private volatile UnitDirectory directory = new UnitDirectory();

    /**
     * A logical unit that keeps no reservation beyond its life.
     *
     * @throws IllegalArgumentException in one sentence, if the image and the options do not fit
     */
    public LogicalUnit(BlockBackend backend, LogicalUnitOptions options) {
        this(backend, options, ReservationStore.NONE);
    }

    /**
     * A logical unit; each initiator finds a "power on" unit attention.
     *
     * @param store where reservations are kept that are to outlive the unit
     * @throws IllegalArgumentException in one sentence, if the image and the options do not fit, or
     *     the kept reservations cannot be read
     */
    public LogicalUnit(BlockBackend backend, LogicalUnitOptions options, ReservationStore store) {
        this.backend = backend;
        this.options = options;
        geometry = Geometry.of(backend, options);
        cache = new CachePolicy(options.cacheMode());
        inquiry = new InquiryData(geometry, options);
        reservations = new Reservations(store, this::notify);
        directory.add(this);
    }

    /** Whether the volatile write cache is on now: the live WCE bit. */
    public boolean writeCacheEnabled() {
        return cache.writeCacheEnabled();
    }

    /**
     * Gives the unit the capacity that its backend has now, or is about to have. Commands that
     * begin from now on are held against it; each initiator finds a unit attention CAPACITY DATA
     * HAS CHANGED (SBC-4 §4.5), and is sent an event where the transport has them. Grow the backend
     * before, and shrink it after this call.
     *
     * @param sizeBytes the capacity
     * @throws IllegalArgumentException in one sentence, if it is not one or more logical blocks;
     *     then the capacity stays
     */
    public synchronized void capacityChanged(long sizeBytes) {
        Geometry resized = geometry.resized(sizeBytes);
        if (resized.blockCount() != geometry.blockCount()) {
            geometry = resized;
            attention(AdditionalSense.CAPACITY_DATA_HAS_CHANGED);
            whenResized.run();
        }
    }

    /** Whether a sanitize operation runs. */
    public boolean sanitizeRuns() {
        return sanitize.isRunning();
    }

    /** The capacity that initiators see. */
    public long capacityBytes() {
        Geometry now = geometry;
        return now.bytes(now.blockCount());
    }

    /** What to run when the capacity has changed. */
    void whenResized(Runnable listener) {
        whenResized = listener;
    }

    /** Who uses the backend. */
    UnitHolders holders() {
        return holders;
    }

    /** Lets nobody begin to use the unit; completes when nobody does. */
    CompletableFuture<LogicalUnit> leave() {
        return holders.leave(this);
    }

    /** Undoes a {@link #leave} that is complete; false if it is not. */
    boolean join() {
        return holders.join();
    }

    /** Raises a unit attention for every initiator. */
    void attention(int additionalSense) {
        nexuses.forEach(nexus -> nexus.attention().raise(additionalSense));
    }

    /** A reset that a running guest lives through: nothing weakens behind its back. */
    void reset() {
        reservations.reset();
        attention(AdditionalSense.RESET_OCCURRED);
    }

    /** The initiator has gone and come again. */
    void nexusReset(InitiatorPort initiator) {
        Nexus nexus = nexus(initiator);
        reservations.release(nexus.address());
        nexus.attention().raise(AdditionalSense.RESET_OCCURRED);
    }

    /**
     * A new driver, which reads the mode pages again: back to the configuration. Not while another
     * initiator uses the unit: what that one has been told must stay true.
     */
    void restart(InitiatorPort initiator) {
        Nexus nexus = nexus(initiator);
        if (!isUsedByAnother(nexus)) {
            boolean wasVolatile = cache.writeCacheEnabled();
            cache.reset();
            control.reset();
            if (wasVolatile && !cache.writeCacheEnabled() && flushes()) {
                flushForTheNextDriver();
            }
        }
        nexusReset(initiator);
    }

    private boolean isUsedByAnother(Nexus nexus) {
        return queues.stream().anyMatch(queue -> queue.nexus() != nexus);
    }

    /** It reads what the last driver left volatile, sees WCE=0, and will never flush. */
    private void flushForTheNextDriver() {
        try {
            int result = backend.flush();
            if (result < 0) {
                LOG.warn(
                        "{}: the flush at a reset failed: errno {}",
                        backend.description(),
                        -result);
            }
        } catch (BackendException e) {
            LOG.warn("{}: the flush at a reset failed: {}", backend.description(), e.getMessage());
        }
    }

    /**
     * Ends what the unit does in the background, and waits for it: a sanitize operation that runs
     * is given up as failed. No queue is open, and none is opened any more. To be called before the
     * backend is closed.
     */
    public void stop() {
        sanitize.stop();
        background.close();
        copying.close();
        sanitizing.close();
    }

    /** The nexus of an initiator, from its first queue on. */
    synchronized Nexus nexus(InitiatorPort initiator) {
        long address = initiator.address();
        for (Nexus nexus : nexuses) {
            if (nexus.address() == address) {
                return nexus;
            }
        }
        Nexus nexus = new Nexus(address, nexuses.size() + 1);
        nexuses.add(nexus);
        return nexus;
    }

    int nexusCount() {
        return nexuses.size();
    }

    private void notify(ReservationChange.Notice notice) {
        for (Nexus nexus : nexuses) {
            if (nexus.address() == notice.address()) {
                nexus.attention().raise(notice.additionalSense());
            }
        }
    }

    /** Raises a unit attention for every initiator but one. */
    void attentionOfOthers(Nexus but, int additionalSense) {
        for (Nexus nexus : nexuses) {
            if (nexus != but) {
                nexus.attention().raise(additionalSense);
            }
        }
    }

    synchronized void opened(LogicalUnitQueue queue) {
        queues.add(queue);
        gate.register(queue.claims());
    }

    synchronized void closed(LogicalUnitQueue queue) {
        if (queues.remove(queue)) {
            gate.unregister(queue.claims());
            ofClosed = ofClosed.plus(queue.counters().statistics());
        }
    }

    synchronized UnitStatistics statistics() {
        UnitStatistics sum = ofClosed;
        for (LogicalUnitQueue queue : queues) {
            sum = sum.plus(queue.counters().statistics());
        }
        return sum;
    }

    /** Whether a command of the table is one of this unit's. */
    boolean offers(OpCode command) {
        return command != OpCode.WRITE_ATOMIC_16 || geometry.atomic().maxBlocks() > 0;
    }

    BlockBackend backend() {
        return backend;
    }

    LogicalUnitOptions options() {
        return options;
    }

    Geometry geometry() {
        return geometry;
    }

    CachePolicy cache() {
        return cache;
    }

    InquiryData inquiry() {
        return inquiry;
    }

    ControlBits control() {
        return control;
    }

    MediumGate gate() {
        return gate;
    }

    Reservations reservations() {
        return reservations;
    }

    Sanitize sanitize() {
        return sanitize;
    }

    /** For work that takes a moment. */
    BackgroundWork background() {
        return background;
    }

    /** For copies between units, which may take long. */
    BackgroundWork copying() {
        return copying;
    }

    /** For the sanitize operation, which may take hours; a copy may wait for it. */
    BackgroundWork sanitizing() {
        return sanitizing;
    }

    UnitDirectory directory() {
        return directory;
    }

    void directory(UnitDirectory newDirectory) {
        directory = newDirectory;
    }

    boolean readOnly() {
        return backend.readOnly();
    }

    /** Whether a flush can have anything to do: a read-only disk has nothing to make durable. */
    boolean flushes() {
        return cache.flushes() && !backend.readOnly();
    }

    /** The device-specific parameter of a mode parameter header (SBC-4 §6.5.1). */
    int deviceSpecificParameter() {
        boolean protect = readOnly() || control.writeProtected();
        return (protect ? Sbc.MODE_WP : 0) | (options.dpofua() ? Sbc.MODE_DPOFUA : 0);
    }
}

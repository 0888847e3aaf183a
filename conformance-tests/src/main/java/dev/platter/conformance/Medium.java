package dev.platter.conformance;

/**
 * Where one backend under test keeps its data: storage with a volatile cache whose power can be
 * cut. Made anew for each trial, all zeroes, all durable. Any thread may call.
 *
 * <p>An <i>operation</i> of the medium is whatever the backend asks of it other than a read: a
 * write, a synchronisation, a write of zeroes. Without power every operation and every read fails
 * with {@code EIO}.
 */
public interface Medium extends AutoCloseable {
    /** What the backend is opened with: a path or a URI. */
    String location();

    /**
     * Sets a power cut; one that was set before is forgotten.
     *
     * @param operations at which operation from now on, the next one being 0; it is not answered
     *     with success
     * @param seed decides whether that operation has an effect, and what of the volatile cache
     *     survives: the same seed after the same operations leaves the same contents
     */
    void armPowerCut(long operations, long seed);

    /** Cuts the power now, if it is on. */
    void cutPower(long seed);

    /** Whether the power is on. */
    boolean powered();

    /**
     * Turns the power on again, or forgets a cut that has not happened. Faults are forgotten.
     *
     * @return how the power was cut and what of the cache survived, in one line; empty if it was
     *     not cut
     */
    String restorePower();

    /** Plans a fault. */
    void inject(Fault fault);

    /**
     * Plans something to happen inside the next synchronisation: after it has had its effect, and
     * before the backend is told.
     *
     * @param action may use other queues of the backend
     * @return false if the medium cannot do this; then nothing is planned
     */
    default boolean insideNextSync(Runnable action) {
        return false;
    }

    /** Forgets planned faults. */
    void clearFaults();

    /** Destroys the medium. */
    @Override
    void close();
}

package dev.platter.api.block;

/**
 * A failure of a backend's control plane. The message is one sentence for the user: what was tried,
 * on which image, what the host answered, and the remedy where there is one.
 */
public final class BackendException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The error number of the host, positive, or 0 where the host was not asked. */
    private final int errno;

    /** A failure that no host call reported. */
    public BackendException(String message) {
        this(message, 0);
    }

    /**
     * A failure that a host call reported.
     *
     * @param errno the positive error number, see {@link Errno}
     */
    public BackendException(String message, int errno) {
        super(message);
        this.errno = errno;
    }

    /** The positive error number of the host, or 0. */
    public int errno() {
        return errno;
    }
}

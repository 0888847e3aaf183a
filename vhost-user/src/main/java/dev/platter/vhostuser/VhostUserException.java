package dev.platter.vhostuser;

/** Why a server could not be started; one sentence that names the socket. */
public final class VhostUserException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message one sentence
     */
    public VhostUserException(String message) {
        super(message);
    }

    /**
     * Makes the exception for a failed system call.
     *
     * @param message one sentence
     * @param cause names the call and the error number
     */
    public VhostUserException(String message, Throwable cause) {
        super(message, cause);
    }
}

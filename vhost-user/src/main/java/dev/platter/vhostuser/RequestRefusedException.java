package dev.platter.vhostuser;

/**
 * A well-formed request that this back-end cannot do. A front-end that asked for an acknowledgement
 * gets a failing one and may go on; for any other the session ends, since it would take the request
 * for done. The message is a clause that says why.
 */
final class RequestRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RequestRefusedException(String message) {
        super(message);
    }

    RequestRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}

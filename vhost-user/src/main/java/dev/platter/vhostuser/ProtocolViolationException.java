package dev.platter.vhostuser;

/**
 * A front-end's message that the protocol does not allow; it ends the session. The message is a
 * clause that says what was wrong.
 */
final class ProtocolViolationException extends Exception {
    private static final long serialVersionUID = 1L;

    ProtocolViolationException(String message) {
        super(message);
    }
}

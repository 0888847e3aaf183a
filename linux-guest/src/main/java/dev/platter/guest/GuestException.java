package dev.platter.guest;

import java.io.IOException;

/**
 * A guest that did not boot, died, or refused a command; the message ends with its console's tail.
 */
public class GuestException extends IOException {
    private static final long serialVersionUID = 1L;

    GuestException(String message) {
        super(message);
    }

    GuestException(String message, Throwable cause) {
        super(message, cause);
    }
}

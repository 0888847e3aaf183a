package dev.platter.guest;

/** A boot, command, reboot or shutdown that was not over within its limit. */
public final class GuestTimeoutException extends GuestException {
    private static final long serialVersionUID = 1L;

    GuestTimeoutException(String message) {
        super(message);
    }
}

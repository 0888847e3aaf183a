package dev.platter.guest;

/** The reason why this machine cannot boot a guest, as one sentence that names the remedy. */
public final class GuestUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The sentence is shown to the user as it is. */
    public GuestUnavailableException(String sentence) {
        super(sentence);
    }
}

package dev.platter.scsi;

/** The recommended time-out of a command; it grows with what one command may ask for. */
enum Timeout {
    /** Answered from memory. */
    SHORT(10),
    /** As long as the medium takes for one transfer, or for one flush. */
    IO(60),
    /** As long as the medium takes for the longest range of a command without data. */
    LONG(600),
    /** As long as the medium takes for all of it. */
    HOURS(4 * 3600);

    private final int seconds;

    Timeout(int seconds) {
        this.seconds = seconds;
    }

    int seconds() {
        return seconds;
    }
}

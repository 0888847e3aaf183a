package dev.platter.guest;

/**
 * The outcome of one command in the guest.
 *
 * @param exitCode the shell's exit status, 0 to 255
 * @param output standard output and standard error together, in the order written
 */
public record Result(int exitCode, String output) {
    /** Whether the command ended with status 0. */
    public boolean ok() {
        return exitCode == 0;
    }
}

package dev.platter.linux;

/**
 * A system call's failure on a control path: which operation, on what, and the error number. Its
 * message reads {@code open("/x"): No such file or directory (ENOENT)}.
 */
public final class LinuxException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String operation;
    private final String subject;
    private final int errno;

    /**
     * A failure on something with a name.
     *
     * @param operation the system call's name
     * @param subject a path or other name, which the message shows in quotes
     * @param errno a positive error number
     */
    public LinuxException(String operation, String subject, int errno) {
        this(operation, '"' + subject + '"', subject, errno, "");
    }

    /**
     * A failure on a file descriptor.
     *
     * @param operation the system call's name
     * @param fd the file descriptor
     * @param errno a positive error number
     */
    public LinuxException(String operation, int fd, int errno) {
        this(operation, "fd " + fd, "fd " + fd, errno, "");
    }

    private LinuxException(
            String operation, String shown, String subject, int errno, String explanation) {
        super(
                "%s(%s): %s (%s)%s"
                        .formatted(
                                operation,
                                shown,
                                Errnos.message(errno),
                                Errnos.name(errno),
                                explanation));
        this.operation = operation;
        this.subject = subject;
        this.errno = errno;
    }

    /**
     * A failure whose error number alone would not tell the user what to change.
     *
     * @param explanation a clause without a capital or a full stop
     */
    public static LinuxException explained(
            String operation, String subject, int errno, String explanation) {
        return new LinuxException(
                operation, '"' + subject + '"', subject, errno, ": " + explanation);
    }

    /** The system call's name. */
    public String operation() {
        return operation;
    }

    /** The path, the name, or {@code fd N}, without quotes. */
    public String subject() {
        return subject;
    }

    /** The error number, positive. */
    public int errno() {
        return errno;
    }

    static int check(int answer, String operation, String subject) throws LinuxException {
        if (answer < 0) {
            throw new LinuxException(operation, subject, -answer);
        }
        return answer;
    }

    static int check(int answer, String operation, int fd) throws LinuxException {
        if (answer < 0) {
            throw new LinuxException(operation, fd, -answer);
        }
        return answer;
    }
}

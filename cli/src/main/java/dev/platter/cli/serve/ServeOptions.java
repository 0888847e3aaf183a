package dev.platter.cli.serve;

import dev.platter.vhostuser.Polling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The arguments of {@code platter serve}, checked as far as they can be without touching the host.
 * An option's value is the next argument, or follows {@code =} in the same one.
 *
 * @param wanted what the user asked for; with help and the version the rest has no meaning
 * @param sockets the paths to listen at, at least one
 * @param disks at least one
 * @param queues the most request queues of a front-end, 1 to {@value #MAX_QUEUES}
 * @param pollMaxNanos how long a queue's thread polls at most before it waits, 0 to {@value
 *     #MAX_POLL_NANOS}; 0 for no polling
 * @param verbose whether to log more
 */
public record ServeOptions(
        Wanted wanted,
        List<Path> sockets,
        List<DiskSpec> disks,
        int queues,
        long pollMaxNanos,
        boolean verbose) {
    static final int MAX_QUEUES = 254;
    static final long MAX_POLL_NANOS = Polling.LIMIT_NANOS;

    /** What the command is to do. */
    public enum Wanted {
        /** Serve disks. */
        SERVER,
        /** Print the help. */
        HELP,
        /** Print the version. */
        VERSION
    }

    /**
     * Reads the arguments after {@code serve}.
     *
     * @throws UsageException with one sentence
     */
    public static ServeOptions parse(List<String> arguments) throws UsageException {
        return new Parser(arguments).parse();
    }

    private static final class Parser {
        private final Iterator<String> rest;
        private final List<DiskSpec> disks = new ArrayList<>();
        private Wanted wanted = Wanted.SERVER;
        private final List<Path> sockets = new ArrayList<>();
        private int queues = MAX_QUEUES;
        private long pollMaxNanos;
        private boolean verbose;

        Parser(List<String> arguments) {
            rest = arguments.iterator();
        }

        ServeOptions parse() throws UsageException {
            while (rest.hasNext() && wanted == Wanted.SERVER) {
                take(rest.next());
            }
            if (wanted == Wanted.SERVER) {
                requireAll();
            }
            return new ServeOptions(
                    wanted,
                    List.copyOf(sockets),
                    List.copyOf(disks),
                    queues,
                    pollMaxNanos,
                    verbose);
        }

        private void take(String argument) throws UsageException {
            int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
            String name = equals < 0 ? argument : argument.substring(0, equals);
            switch (name) {
                case "--socket" -> sockets.add(Path.of(value(argument, equals)));
                case "--disk" -> disks.add(DiskSpec.parse(value(argument, equals)));
                case "--queues" ->
                        queues = (int) number("--queues", value(argument, equals), 1, MAX_QUEUES);
                case "--poll-max-ns" ->
                        pollMaxNanos =
                                number("--poll-max-ns", value(argument, equals), 0, MAX_POLL_NANOS);
                default -> takeFlag(argument);
            }
        }

        private void takeFlag(String argument) throws UsageException {
            switch (argument) {
                case "-v", "--verbose" -> verbose = true;
                case "-h", "--help" -> wanted = Wanted.HELP;
                case "-V", "--version" -> wanted = Wanted.VERSION;
                default -> throw misused("there is no option '" + argument + "'");
            }
        }

        private String value(String argument, int equals) throws UsageException {
            if (equals >= 0) {
                return argument.substring(equals + 1);
            }
            if (!rest.hasNext()) {
                throw misused(argument + " needs a value");
            }
            return rest.next();
        }

        private static long number(String option, String text, long least, long most)
                throws UsageException {
            try {
                long number = Long.parseLong(text);
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw new UsageException(
                    "%s %s is not a number from %d to %d.".formatted(option, text, least, most));
        }

        private void requireAll() throws UsageException {
            if (sockets.isEmpty()) {
                throw misused("--socket is missing");
            }
            if (sockets.contains(Path.of(""))) {
                throw new UsageException("--socket is empty; name the socket to create.");
            }
            if (disks.isEmpty()) {
                throw misused("--disk is missing");
            }
        }

        private static UsageException misused(String what) {
            return new UsageException(what + "; see platter serve --help.");
        }
    }
}

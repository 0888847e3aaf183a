package dev.platter.cli.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How to measure.
 *
 * @param directory where the working folder is made, and removed at the end
 * @param image an image of the user's whose content is overwritten; else one is made
 * @param imageBytes the size of the image that is made
 * @param suite which scenarios
 * @param filter what a scenario's id, a slash and a contender's id must contain a match of
 * @param rounds how many rounds of each
 * @param roundNanos the window of one round
 * @param warmUpNanos how long a new server is loaded before it is measured
 * @param polling whether the guest spins instead of waiting for calls
 * @param systemCalls whether to count system calls where strace is there
 * @param builds the commands that start each Platter, by name; the first is the one of the goals
 * @param peerRoot the root folder of another qemu-storage-daemon
 * @param seed where the random offsets start
 */
public record BenchOptions(
        Path directory,
        Optional<Path> image,
        long imageBytes,
        Suite suite,
        Optional<Pattern> filter,
        int rounds,
        long roundNanos,
        long warmUpNanos,
        boolean polling,
        boolean systemCalls,
        Map<String, List<String>> builds,
        Optional<Path> peerRoot,
        long seed) {}

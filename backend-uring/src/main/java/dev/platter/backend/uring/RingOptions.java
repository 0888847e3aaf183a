package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.backend.file.InlinePolicy;
import java.util.Map;

/**
 * How a disk's queues use the kernel, by the options of their names in {@link
 * dev.platter.api.block.BackendOptions#properties()}; each is {@code on} or {@code off}.
 *
 * @param inlines owners carry lone requests out by calls of their own ({@code owner-calls})
 * @param kernelSubmits a thread of the kernel takes the submissions ({@code sqpoll})
 * @param devicePolls reads and volatile writes are polled for at the device ({@code iopoll})
 * @param buffers guest memory is registered with the ring, and so pinned ({@code
 *     registered-buffers})
 */
record RingOptions(boolean inlines, boolean kernelSubmits, boolean devicePolls, boolean buffers) {
    static final String SQPOLL = "sqpoll";
    static final String IOPOLL = "iopoll";
    static final String BUFFERS = "registered-buffers";

    /** All by the ring, and nothing that has to be asked for. */
    static final RingOptions PLAIN = new RingOptions(false, false, false, false);

    /**
     * Reads the options.
     *
     * @throws BackendException in one sentence, if a value is neither on nor off, or two do not go
     *     together
     */
    static RingOptions of(Map<String, String> properties) throws BackendException {
        RingOptions options =
                new RingOptions(
                        InlinePolicy.enabled(properties),
                        isOn(properties, SQPOLL),
                        isOn(properties, IOPOLL),
                        isOn(properties, BUFFERS));
        if (options.kernelSubmits && options.devicePolls) {
            throw new BackendException(
                    "sqpoll=on and iopoll=on do not go together: the owner polls the device, and"
                            + " then submits by itself");
        }
        return options;
    }

    private static boolean isOn(Map<String, String> properties, String name)
            throws BackendException {
        String value = properties.getOrDefault(name, "off");
        if (!value.equals("on") && !value.equals("off")) {
            throw new BackendException(
                    "%s=%s is unknown: use %s=on or off".formatted(name, value, name));
        }
        return value.equals("on");
    }
}

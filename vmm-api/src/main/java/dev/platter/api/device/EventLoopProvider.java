package dev.platter.api.device;

import java.io.IOException;
import java.util.Optional;

/** A kind of event loop: how whoever starts owners gets one for each. Any thread. */
public interface EventLoopProvider {
    /** A name for logs, such as {@code epoll}. */
    String name();

    /** Why it cannot work on this machine, in one sentence, or nothing if it can. */
    Optional<String> unavailable();

    /**
     * Opens a loop; the thread that makes its first turn owns it.
     *
     * @throws IOException if the host lacks the means
     */
    EventLoop open() throws IOException;
}

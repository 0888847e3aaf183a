import dev.platter.api.block.BlockBackendProvider;
import dev.platter.backend.uring.UringBackendProvider;

/** The io_uring backend. */
module dev.platter.backend.uring {
    requires transitive dev.platter.api;
    requires dev.platter.backend.file;
    requires transitive dev.platter.linux;
    requires org.slf4j;
    requires static org.jspecify;

    exports dev.platter.backend.uring;

    provides BlockBackendProvider with
            UringBackendProvider;
}

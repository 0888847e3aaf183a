import dev.platter.api.block.BlockBackendProvider;
import dev.platter.backend.posix.PosixBackendProvider;

/** The POSIX backend. */
module dev.platter.backend.posix {
    requires transitive dev.platter.api;
    requires dev.platter.backend.file;
    requires transitive dev.platter.linux;
    requires org.slf4j;
    requires static org.jspecify;

    exports dev.platter.backend.posix;

    provides BlockBackendProvider with
            PosixBackendProvider;
}

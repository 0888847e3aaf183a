/** Shared parts of the backends that keep a disk in a file or block device. */
module dev.platter.backend.file {
    requires transitive dev.platter.api;
    requires transitive dev.platter.linux;
    requires io.netty.buffer;
    requires org.slf4j;
    requires static org.jspecify;

    exports dev.platter.backend.file;
}

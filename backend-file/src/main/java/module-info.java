/** Shared parts of the backends that keep a disk in a file or block device. */
module dev.platter.backend.file {
    requires transitive dev.platter.api;
    requires transitive dev.platter.linux;
    requires static org.jspecify;
}

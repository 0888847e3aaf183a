/** The POSIX backend. */
module dev.platter.backend.posix {
    requires transitive dev.platter.api;
    requires dev.platter.backend.file;
    requires static org.jspecify;
}

/** The io_uring backend; offers no provider yet. */
module dev.platter.backend.uring {
    requires dev.platter.api;
    requires static org.jspecify;
}

/** Virtqueues, device side. */
module dev.platter.virtio.queue {
    requires transitive dev.platter.api;
    requires static org.jspecify;
}

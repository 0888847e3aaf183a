/** Virtqueues, device side. */
module dev.platter.virtio.queue {
    requires transitive dev.platter.api;
    requires static transitive org.jspecify;

    exports dev.platter.virtio.queue;
}

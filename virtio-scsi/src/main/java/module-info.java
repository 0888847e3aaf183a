/** SCSI logical units and the virtio-scsi device around them. */
module dev.platter.virtio.scsi {
    requires transitive dev.platter.api;
    requires dev.platter.virtio.queue;
    requires static org.jspecify;

    exports dev.platter.scsi;
}

/** SCSI logical units and the virtio-scsi device around them. */
module dev.platter.virtio.scsi {
    requires transitive dev.platter.api;
    requires dev.platter.virtio.queue;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports dev.platter.scsi;
    exports dev.platter.virtio.scsi;
}

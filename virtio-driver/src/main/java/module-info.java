/** The guest's side: virtio-scsi and virtio-blk drivers, and a vhost-user front-end. */
module dev.platter.driver {
    requires transitive dev.platter.api;
    requires dev.platter.linux;
    requires static transitive org.jspecify;

    exports dev.platter.driver;
}

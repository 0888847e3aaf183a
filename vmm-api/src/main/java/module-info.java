/** The contracts between a VMM, a virtio device and a block backend. */
module dev.platter.api {
    requires static transitive org.jspecify;

    exports dev.platter.api.block;
    exports dev.platter.api.device;
    exports dev.platter.api.memory;

    uses dev.platter.api.block.BlockBackendProvider;
}

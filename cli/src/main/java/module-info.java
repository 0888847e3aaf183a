/** The platter command. */
module dev.platter.cli {
    requires HdrHistogram;
    requires com.fasterxml.jackson.core;
    requires dev.platter.api;
    requires dev.platter.backend.file;
    requires dev.platter.backend.uring;
    requires dev.platter.conformance;
    requires dev.platter.driver;
    requires dev.platter.guest;
    requires dev.platter.linux;
    requires dev.platter.loop;
    requires dev.platter.vhostuser;
    requires dev.platter.virtio.scsi;
    requires info.picocli;
    requires org.slf4j;
    requires static org.jspecify;

    uses dev.platter.api.block.BlockBackendProvider;

    // picocli sets the fields of the commands.
    opens dev.platter.cli to
            info.picocli;
}

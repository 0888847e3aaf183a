/** The vhost-user transport, back-end side. */
module dev.platter.vhostuser {
    requires transitive dev.platter.api;
    requires dev.platter.linux;
    requires dev.platter.loop;
    requires org.slf4j;
    requires static org.jspecify;

    exports dev.platter.vhostuser;
}

/** The owner's wait, by epoll. */
module dev.platter.loop {
    requires transitive dev.platter.api;
    requires transitive dev.platter.linux;
    requires static org.jspecify;

    exports dev.platter.loop;
}

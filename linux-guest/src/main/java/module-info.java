/** A Linux guest under QEMU. */
module dev.platter.guest {
    requires static org.jspecify;
    requires org.slf4j;

    exports dev.platter.guest;
}

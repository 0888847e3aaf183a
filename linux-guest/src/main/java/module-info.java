/** A Linux guest under QEMU. */
module dev.platter.guest {
    requires static org.jspecify;
}
